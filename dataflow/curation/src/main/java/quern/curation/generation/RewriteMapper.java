package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Message;

/**
 * Has a question, its answer, or both written anew.
 *
 * <p>Recipe keys {@code calibrate_qa_mapper}, {@code calibrate_query_mapper} and {@code calibrate_response_mapper},
 * which give the sample's text as the reference, and {@code optimize_qa_mapper}, {@code optimize_query_mapper} and
 * {@code optimize_response_mapper}, which have none. Without a usable answer the sample stays as it is, and the report
 * notes it.
 *
 * @param name recipe key
 * @param keys where reference, question and answer are
 * @param rewritten which of the two
 * @param prompt what the model is told
 * @param form how the input is put together
 * @param pattern finds question and answer, or the one rewritten, in a free answer; absent: the answer is JSON
 */
public record RewriteMapper(String name, Asking asking, Keys keys, Rewritten rewritten, String prompt, Form form,
        Optional<Pattern> pattern) implements Mapper {

    /** What is written anew. */
    public enum Rewritten {
        QUERY, RESPONSE, BOTH;

        boolean query() {
            return this != RESPONSE;
        }

        boolean response() {
            return this != QUERY;
        }
    }

    /** Where they are; dotted paths. */
    public record Keys(String text, String query, String response) {}

    /**
     * @param input the whole, with {@code {reference}} and {@code {qa_pair}}, or one place for the pair
     * @param reference one place; null where there is none
     * @param pair two places
     */
    public record Form(Template input, Template reference, Template pair) {}

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String query = draft.text(keys.query());
        String response = draft.text(keys.response());
        String pair = form.pair().fill(query, response);
        String reference = form.reference() == null ? "" : form.reference().fill(draft.text(keys.text()));
        String input = form.input().fill(place -> place.equals("reference") ? reference : pair);
        List<Message> messages = List.of(Message.system(prompt), Message.user(input));
        Asking.Asked<Map<String, String>> asked = pattern.isPresent()
                ? asking.text(draft, messages, answer -> named(PatternReader.first(pattern.get(), answer)))
                : asking.json(draft, messages, schema(), answer -> {
                    JsonNode object = AnswerJson.object(answer);
                    Map<String, String> texts = new LinkedHashMap<>();
                    if (rewritten.query()) {
                        texts.put(keys.query(), AnswerJson.text(object, "question"));
                    }
                    if (rewritten.response()) {
                        texts.put(keys.response(), AnswerJson.text(object, "answer"));
                    }
                    return texts;
                });
        asked.value().ifPresent(texts -> texts.forEach((key, text) -> {
            if (key.equals(keys.text())) {
                draft.setText(key, text);
            } else {
                draft.setField(key, text);
            }
        }));
        return List.of(draft);
    }

    private Map<String, String> named(List<String> groups) {
        List<String> wanted = new ArrayList<>();
        if (rewritten.query()) {
            wanted.add(keys.query());
        }
        if (rewritten.response()) {
            wanted.add(keys.response());
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size() && i < groups.size(); i++) {
            if (!groups.get(i).isBlank()) {
                texts.put(wanted.get(i), groups.get(i));
            }
        }
        if (texts.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return texts;
    }

    private JsonNode schema() {
        return switch (rewritten) {
            case QUERY -> Schemas.object("question", Schemas.passage());
            case RESPONSE -> Schemas.object("answer", Schemas.passage());
            case BOTH -> Schemas.object("question", Schemas.passage(), "answer", Schemas.passage());
        };
    }
}
