package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Message;

/**
 * Adds a worse answer and what is worse about it, for preference tuning.
 *
 * <p>Recipe key {@code pair_preference_mapper}. Without a usable answer both fields are empty texts, as in Data-Juicer,
 * and the report notes it.
 *
 * @param template of the input, with {@code {reference}}, {@code {query}} and {@code {response}}
 * @param pattern finds answer and reason; absent: the answer is JSON
 */
public record PairPreferenceMapper(Asking asking, Fields fields, String prompt, Template template,
        Optional<Pattern> pattern) implements Mapper {

    /** Where everything is and goes; dotted paths. */
    public record Fields(String text, String query, String response, String rejected, String reason) {}

    private record Worse(String answer, String reason) {}

    @Override
    public String name() {
        return "pair_preference_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String query = draft.text(fields.query());
        String response = draft.text(fields.response());
        String reference = Template.shown(FieldPath.get(draft.fields(), fields.text()));
        String input = template.fill(place -> switch (place) {
            case "query" -> query;
            case "response" -> response;
            default -> reference;
        });
        List<Message> messages = List.of(Message.system(prompt), Message.user(input));
        Worse worse = (pattern.isPresent()
                ? asking.text(draft, messages, answer -> worse(PatternReader.first(pattern.get(), answer)))
                : asking.json(draft, messages, Schemas.object("answer", Schemas.passage(), "reason",
                        Schemas.passage().put("maxLength", 600)), answer -> {
                            JsonNode object = AnswerJson.object(answer);
                            return other(response, new Worse(AnswerJson.text(object, "answer"),
                                    AnswerJson.text(object, "reason")));
                        })).orElse(new Worse("", ""));
        draft.setField(fields.rejected(), worse.answer());
        draft.setField(fields.reason(), worse.reason());
        return List.of(draft);
    }

    private static Worse worse(List<String> groups) {
        if (groups.size() < 2 || groups.get(0).isBlank() || groups.get(1).isBlank()) {
            throw new UnusableAnswer("empty");
        }
        return new Worse(groups.get(0), groups.get(1));
    }

    private static Worse other(String response, Worse worse) {
        if (Passage.flat(worse.answer()).equals(Passage.flat(response))) {
            throw new UnusableAnswer("the answer is the one there was");
        }
        return worse;
    }
}
