package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Has questions and answers made of a text; each pair becomes a sample.
 *
 * <p>Recipe key {@code generate_qa_from_text_mapper}. The model has to quote the words of the text that an answer rests
 * on, and a pair is kept only if they stand there, white space aside: pairs that rest on nothing, are empty or were
 * made before of the same text are counted in the report's notes; so are those that ask what the sample's own
 * question, if it has one, asks. The sample's place in the document is that of the
 * quotation, which is also its field {@code evidence}. With {@code output_pattern} the answer is read by that pattern
 * as Data-Juicer reads it, and nothing is checked, because nothing is quoted. Other fields are copied.
 *
 * @param pairsMax of one sample
 * @param pattern finds question and answer; absent: the answer is JSON
 * @param chat whether only the conversation is kept, as field {@code messages}, for tuning
 */
public record QaFromTextMapper(Asking asking, String textKey, String queryKey, String responseKey, int pairsMax,
        Optional<Pattern> pattern, boolean chat) implements Mapper {

    /** Its recipe key. */
    public static final String NAME = "generate_qa_from_text_mapper";
    /** Field of the words an answer rests on. */
    public static final String EVIDENCE = "evidence";

    private static final String PROMPT = """
            Write questions that the text answers, each with its answer. A question must be understood by somebody \
            who does not have the text. Use nothing but the text. As "evidence" copy the words of the text that \
            the answer rests on, exactly as they stand there and no longer than needed. Write at most %d pairs, in \
            the language of the text, as JSON: {"pairs": [{"evidence": "...", "question": "...", "answer": "..."}]}
            """;

    private record Pair(String question, String answer, String evidence) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public String emptyReason() {
        return "no question and answer made of it";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        if (text.isBlank()) {
            draft.note("text is empty");
            return List.of();
        }
        Asking.Asked<List<Pair>> asked = pattern.isPresent()
                ? asking.text(draft, List.of(Message.user(text)), answer -> matched(pattern.get(), answer))
                : asking.json(draft, List.of(Message.system(PROMPT.formatted(pairsMax)), Message.user(text)),
                        schema(), QaFromTextMapper::read);
        Passage passage = new Passage(text);
        Set<String> questions = new HashSet<>(Set.of(known(draft)));
        List<Draft> made = new ArrayList<>();
        for (Pair pair : asked.orElse(List.of())) {
            Passage.Quotation quotation = pattern.isPresent()
                    ? new Passage.Quotation(0, text.length()) : passage.find(pair.evidence());
            String refused = refusal(pair, quotation, questions, made.size());
            draft.note(refused.isEmpty() ? "pair kept" : "pair rejected: " + refused);
            if (refused.isEmpty()) {
                made.add(sample(draft, pair, text, quotation));
            }
        }
        return made;
    }

    /** A question that the sample has already. */
    private String known(Draft draft) {
        return FieldPath.get(draft.fields(), queryKey) instanceof TextNode question && pattern.isEmpty()
                ? Passage.flat(question.textValue()) : "";
    }

    /** Why a pair is not kept; empty where it is. */
    private String refusal(Pair pair, Passage.Quotation quotation, Set<String> questions, int made) {
        if (pair.question().isBlank() || pair.answer().isBlank()) {
            return "question or answer is empty";
        }
        if (quotation == null) {
            return pair.evidence().isBlank() ? "no evidence" : "evidence is not in the text";
        }
        if (!questions.add(Passage.flat(pair.question()))) {
            return "question asked before";
        }
        return made >= pairsMax ? "more pairs than asked for" : "";
    }

    private Draft sample(Draft draft, Pair pair, String text, Passage.Quotation quotation) {
        ObjectNode fields = chat ? draft.fields().objectNode() : draft.fields().deepCopy();
        if (chat) {
            var messages = fields.putArray("messages");
            messages.addObject().put("role", "user").put("content", pair.question());
            messages.addObject().put("role", "assistant").put("content", pair.answer());
        }
        FieldPath.set(fields, queryKey, fields.textNode(pair.question()));
        FieldPath.set(fields, responseKey, fields.textNode(pair.answer()));
        if (pattern.isEmpty()) {
            fields.put(EVIDENCE, text.substring(quotation.from(), quotation.to()));
        }
        return draft.derive(fields, textKey, quotation.from(), quotation.to());
    }

    private static List<Pair> matched(Pattern pattern, Answer answer) {
        List<Pair> pairs = new ArrayList<>();
        for (List<String> groups : PatternReader.all(pattern, answer.text())) {
            pairs.add(new Pair(groups.getFirst(), groups.size() > 1 ? groups.get(1) : "", ""));
        }
        if (pairs.isEmpty()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
        }
        return pairs;
    }

    private static List<Pair> read(Answer answer) {
        List<Pair> pairs = new ArrayList<>();
        for (JsonNode one : AnswerJson.objects(AnswerJson.object(answer), "pairs")) {
            pairs.add(new Pair(one.path("question").asText("").strip(), one.path("answer").asText("").strip(),
                    one.path(EVIDENCE).asText("")));
        }
        if (pairs.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return pairs;
    }

    private JsonNode schema() {
        return Schemas.object("pairs", Schemas.list(Schemas.object(EVIDENCE, Schemas.passage().put("maxLength", 400),
                "question", Schemas.passage().put("maxLength", 400),
                "answer", Schemas.passage().put("maxLength", 600)), pairsMax).put("minItems", 1));
    }
}
