package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Labels every turn of the user in a dialog: intent, sentiment, its intensity, topic.
 *
 * <p>Recipe keys {@code dialog_intent_detection_mapper}, {@code dialog_sentiment_detection_mapper},
 * {@code dialog_sentiment_intensity_mapper} and {@code dialog_topic_detection_mapper}. The dialog is the field
 * {@code history}, a list of pairs, and behind it {@code query} and {@code response}. Each turn is asked for with what
 * came before and what was found there. The meta object gets a list of labels and one of reasons; a turn without a
 * usable answer has the label {@code ""}, or 0, and an empty reason, and the report notes it. A sample that has both
 * lists already is left alone.
 *
 * @param candidates labels to choose from; empty: any
 * @param roundsMax turns before the one asked for that are shown
 * @param keys where everything is and goes
 * @param forms templates of the parts of a dialog
 * @param patterns read a free answer; absent: the answer is JSON
 */
public record DialogMapper(DialogTask task, Asking asking, List<String> candidates, int roundsMax, Keys keys,
        String prompt, Forms forms, Optional<Patterns> patterns) implements Mapper {

    /** The last two are fields of the meta object. */
    public record Keys(String history, String query, String response, String labels, String analysis) {}

    /** Of the candidates (one place), of a turn's parts (one place each). */
    public record Forms(Template candidates, Template query, Template response, Template analysis, Template label) {}

    /** The first group of each is the text wanted. */
    public record Patterns(Pattern analysis, Pattern label) {}

    private record Turn(String query, String response) {}

    private record Finding(String analysis, JsonNode label) {}

    @Override
    public String name() {
        return task.operator();
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode meta = draft.meta();
        if (meta.has(keys.labels()) && meta.has(keys.analysis())) {
            return List.of(draft);
        }
        ArrayNode labels = meta.arrayNode();
        ArrayNode reasons = meta.arrayNode();
        List<String> rounds = new ArrayList<>();
        for (Turn turn : turns(draft.fields())) {
            String query = forms.query().fill(_ -> turn.query());
            String before = String.join("",
                    rounds.subList(Math.max(0, rounds.size() - roundsMax), rounds.size()));
            String choice = candidates.isEmpty() ? ""
                    : forms.candidates().fill(_ -> String.join(", ", candidates)) + "\n";
            Finding finding = find(draft, List.of(Message.system(prompt), Message.user(choice + before + query)))
                    .orElse(new Finding("", task.none()));
            labels.add(finding.label());
            reasons.add(finding.analysis());
            rounds.add(query + forms.analysis().fill(_ -> finding.analysis())
                    + forms.label().fill(_ -> Template.shown(finding.label()))
                    + forms.response().fill(_ -> turn.response()));
        }
        meta.set(keys.labels(), labels);
        meta.set(keys.analysis(), reasons);
        return List.of(draft);
    }

    private Asking.Asked<Finding> find(Draft draft, List<Message> messages) {
        return patterns.isPresent()
                ? asking.text(draft, messages, answer -> matched(patterns.get(), answer))
                : asking.json(draft, messages, schema(), this::read);
    }

    private Finding matched(Patterns given, Answer answer) {
        return new Finding(first(given.analysis(), answer), task.label(first(given.label(), answer)));
    }

    private static String first(Pattern pattern, Answer answer) {
        List<List<String>> found = PatternReader.all(pattern, answer.text());
        if (found.isEmpty()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
        }
        return found.getFirst().getFirst();
    }

    private Finding read(Answer answer) {
        ObjectNode object = AnswerJson.object(answer);
        JsonNode label = object.path("label");
        JsonNode checked = task.label(label.isValueNode() && !label.isNull() ? label.asText() : "");
        if (!candidates.isEmpty() && !candidates.contains(Template.shown(checked))) {
            throw new UnusableAnswer("label is none of the candidates");
        }
        return new Finding(AnswerJson.text(object, "analysis"), checked);
    }

    private JsonNode schema() {
        return Schemas.object("analysis", Schemas.passage().put("maxLength", 400), "label",
                task == DialogTask.INTENSITY ? Schemas.whole(-DialogTask.INTENSITY_MAX, DialogTask.INTENSITY_MAX)
                        : candidates.isEmpty() ? Schemas.name() : Schemas.oneOf(candidates));
    }

    private List<Turn> turns(JsonNode fields) {
        List<Turn> turns = new ArrayList<>();
        for (JsonNode round : node(fields, keys.history())) {
            if (round.isArray() && round.size() >= 1) {
                turns.add(new Turn(Template.shown(round.get(0)), Template.shown(round.get(1))));
            }
        }
        String query = Template.shown(node(fields, keys.query()));
        if (!query.isEmpty()) {
            turns.add(new Turn(query, Template.shown(node(fields, keys.response()))));
        }
        return turns;
    }

    private static JsonNode node(JsonNode fields, String key) {
        JsonNode found = FieldPath.get(fields, key);
        return found == null ? MissingNode.getInstance() : found;
    }
}
