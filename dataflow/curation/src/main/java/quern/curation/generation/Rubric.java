package quern.curation.generation;

import java.util.List;

/**
 * What a model is to judge a sample by.
 *
 * @param operator recipe key
 * @param scoreKey stat of the mean score
 * @param recordKey stat of the whole answer
 * @param dimensions what is scored, where the recipe names nothing else
 * @param tagged whether tags are asked for too
 * @param unjudged what becomes of a sample the model gave no usable answer for
 * @param task what the model is told to do
 */
public record Rubric(String operator, String scoreKey, String recordKey, List<String> dimensions, boolean tagged,
        Unjudged unjudged, String task) {

    /** What becomes of a sample without a score. */
    public enum Unjudged {
        /** It stays, and has no score. */
        KEPT,
        /** Its score is 0. */
        ZERO,
        /** Its score is -1, and its record says that it stands for none. */
        MINUS_ONE
    }

    private static final String SCALE = """
            Give every dimension a whole number from 1 (lowest) to 5 (highest). Judge by what the text says, \
            not by what it might mean. Name problems in "flags", explain the scores in "rationale" in one or two \
            sentences, and recommend to "keep", "review" or "discard" the sample.
            """;

    /** {@code llm_analysis_filter}. */
    public static final Rubric ANALYSIS = new Rubric("llm_analysis_filter", "llm_analysis_score",
            "llm_analysis_record", List.of("clarity", "relevance", "usefulness", "fluency"), true, Unjudged.KEPT, """
            You judge samples of training data for language models.
            - clarity: how easily is it understood?
            - relevance: does it keep to its topic or task?
            - usefulness: how much can be learned from it?
            - fluency: is it natural, well-formed language?
            Also give its "topic" and its "style" as tags of a few words.
            """ + SCALE);

    /** {@code llm_quality_score_filter}. */
    public static final Rubric QUALITY = new Rubric("llm_quality_score_filter", "llm_quality_score",
            "llm_quality_record", List.of("accuracy", "grammar", "informativeness", "coherence"), false,
            Unjudged.ZERO, """
            You judge the quality of samples of training data for language models.
            - accuracy: is it true and free of contradictions?
            - grammar: is it correctly written?
            - informativeness: how much does it say?
            - coherence: does one thing follow from the other?
            """ + SCALE);

    /** {@code llm_difficulty_score_filter}. */
    public static final Rubric DIFFICULTY = new Rubric("llm_difficulty_score_filter", "llm_difficulty_score",
            "llm_difficulty_record", List.of("linguistic_complexity", "conceptual_depth", "prior_knowledge",
                    "step_complexity", "ambiguity"), false, Unjudged.ZERO, """
            You judge how difficult samples of training data for language models are.
            - linguistic_complexity: vocabulary and structure of the sentences
            - conceptual_depth: how abstract are its ideas?
            - prior_knowledge: how much must be known before?
            - step_complexity: how many steps of thought does it take?
            - ambiguity: how much is open to interpretation?
            """ + SCALE);

    /** {@code llm_task_relevance_filter}. */
    public static final Rubric TASK_RELEVANCE = new Rubric("llm_task_relevance_filter", "llm_task_relevance",
            "llm_task_relevance_record", List.of("topical_relevance", "linguistic_style_match", "task_match",
                    "knowledge_alignment", "potential_utility"), false, Unjudged.MINUS_ONE, """
            You judge whether a sample of training data helps a language model with the task that is described or \
            shown by validation data.
            - topical_relevance: does its content relate to that of the task?
            - linguistic_style_match: are style and tone alike?
            - task_match: does it solve the same kind of task?
            - knowledge_alignment: does it need the same knowledge or reasoning?
            - potential_utility: is training on it likely to help?
            A sample that has nothing to do with the task gets 1.
            """ + SCALE);
}
