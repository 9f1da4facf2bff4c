package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Has a new question and answer, or several rounds, written after examples.
 *
 * <p>Recipe key {@code generate_qa_from_examples_mapper}: every sample gets the fields {@code query}, {@code response}
 * and {@code history}. What overlaps too much with one of the examples shown (ROUGE-L), or is no usable answer, is
 * replaced by empty texts, as in Data-Juicer; the report notes which. Which examples a sample is shown depends on the
 * sample alone, so that a run that goes on shows the same.
 *
 * @param seeds examples, each a list of rounds
 * @param shown examples in one request
 * @param overlapMax largest ROUGE-L with an example
 * @param pattern finds question and answer in a free answer; absent: the answer is JSON
 */
public record QaFromExamplesMapper(Asking asking, List<List<Round>> seeds, int shown, double overlapMax, Keys keys,
        String prompt, Forms forms, Optional<Pattern> pattern) implements Mapper {

    private static final int ROUNDS_MAX = 5;

    /** A question and its answer. */
    public record Round(String query, String response) {}

    /** Fields of the sample. */
    public record Keys(String query, String response, String history) {}

    /** Of the input and an example (one place each) and a pair (two). */
    public record Forms(Template input, Template example, Template pair) {}

    @Override
    public String name() {
        return "generate_qa_from_examples_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        List<List<Round>> examples = new ArrayList<>(seeds);
        Collections.shuffle(examples, new Random(draft.sample().id().hashCode()));
        examples = examples.subList(0, Math.min(shown, examples.size()));
        StringBuilder text = new StringBuilder();
        for (List<Round> example : examples) {
            StringBuilder rounds = new StringBuilder();
            example.forEach(round -> rounds.append(forms.pair().fill(round.query(), round.response())));
            text.append(forms.example().fill(_ -> rounds.toString()));
        }
        List<Message> messages = List.of(Message.system(prompt), Message.user(forms.input().fill(_ ->
                text.toString())));
        List<Round> made = (pattern.isPresent()
                ? asking.text(draft, messages, answer -> matched(pattern.get(), answer))
                : asking.json(draft, messages, schema(), QaFromExamplesMapper::read)).orElse(List.of());
        for (List<Round> example : examples) {
            if (!made.isEmpty() && Overlap.rougeL(text(made), text(example)) > overlapMax) {
                draft.note("too similar to an example");
                made = List.of();
            }
        }
        put(draft, made);
        return List.of(draft);
    }

    private void put(Draft draft, List<Round> rounds) {
        draft.setField(keys.query(), rounds.isEmpty() ? "" : rounds.getLast().query());
        draft.setField(keys.response(), rounds.isEmpty() ? "" : rounds.getLast().response());
        ArrayNode history = draft.fields().putArray(keys.history());
        for (int i = 0; i < rounds.size() - 1; i++) {
            history.addArray().add(rounds.get(i).query()).add(rounds.get(i).response());
        }
    }

    private static String text(List<Round> rounds) {
        StringBuilder text = new StringBuilder();
        rounds.forEach(round -> text.append(round.query()).append('\n').append(round.response()).append('\n'));
        return text.toString();
    }

    private static List<Round> matched(Pattern pattern, Answer answer) {
        List<Round> rounds = new ArrayList<>();
        for (List<String> groups : PatternReader.all(pattern, answer.text())) {
            if (groups.size() >= 2 && !groups.get(0).isEmpty() && !groups.get(1).isEmpty()) {
                rounds.add(new Round(groups.get(0), groups.get(1)));
            }
        }
        return some(rounds, answer);
    }

    private static List<Round> read(Answer answer) {
        List<Round> rounds = new ArrayList<>();
        for (JsonNode one : AnswerJson.objects(AnswerJson.object(answer), "pairs")) {
            rounds.add(new Round(AnswerJson.text(one, "question"), AnswerJson.text(one, "answer")));
        }
        return some(rounds, answer);
    }

    private static List<Round> some(List<Round> rounds, Answer answer) {
        if (rounds.isEmpty()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "no question and answer");
        }
        return rounds;
    }

    private static JsonNode schema() {
        ObjectNode pair = Schemas.object("question", Schemas.passage(), "answer", Schemas.passage());
        return Schemas.object("pairs", Schemas.list(pair, ROUNDS_MAX).put("minItems", 1));
    }
}
