package quern.curation.generation;

/**
 * The recipe that has question/answer pairs made of a dataset, as conversations to tune on: passages of some
 * paragraphs, a choice of them, three pairs of each at most, so that two of three may be rejected, and a choice of
 * those. The same dataset gives the same choice each time.
 *
 * @param passageLength longest passage in code points
 * @param passages the model is asked about, at most
 * @param pairs kept, at most
 */
public record PairsRecipe(int passageLength, int passages, int pairs) {

    private static final String TEXT = """
            project_name: %s
            process:
              - text_chunk_mapper: {max_len: %d, split_pattern: "\\n\\n"}
              - text_length_filter: {min_len: 40}
              - random_selector: {select_num: %d}
              - generate_qa_from_text_mapper: {max_num: 3, chat: true, query_key: question, response_key: answer}
              - random_selector: {select_num: %d}
            """;

    private static final String FAILURES = """
            project_name: %s
            process:
              - generate_qa_from_text_mapper: {max_num: %d, chat: true, query_key: question, response_key: answer}
              - document_deduplicator: {text_key: question, lowercase: true}
              - random_selector: {select_num: %d}
            """;

    /**
     * The same of questions that a model answered wrong (Lee et al., LLM2LLM, arXiv 2403.15042): other questions that
     * the same answers answer, none of which is there already.
     *
     * @param perFailure of each, at most
     */
    public static String ofFailures(int perFailure, int pairs) {
        return FAILURES.formatted(QaFromTextMapper.NAME, perFailure, pairs);
    }

    /** As YAML. */
    public String text() {
        return TEXT.formatted(QaFromTextMapper.NAME, passageLength, passages, pairs);
    }
}
