package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import quern.curation.TextGenerator.Message;

/**
 * Asks a model which parts of a passage are of given kinds. The answer is held to a JSON schema: a list of kinds and
 * texts.
 *
 * @param task what is looked for, as the system message says it
 * @param kinds names of the kinds
 */
public record SpanQuestion(Asking asking, String task, List<String> kinds) {

    private static final int SPANS_MAX = 60;

    /** A part of a passage as the model wrote it; whether it stands there is for the caller to see. */
    public record Span(String kind, String text) {}

    public SpanQuestion {
        kinds = List.copyOf(kinds);
    }

    /** @return empty where there is no usable answer, which {@code notes} was told */
    public Optional<List<Span>> ask(String passage, Consumer<String> notes) {
        JsonNode schema = Schemas.object("identifiers", Schemas.list(
                Schemas.object("kind", Schemas.oneOf(kinds), "text", Schemas.name()), SPANS_MAX));
        return asking.json(notes, List.of(Message.system(task), Message.user(passage)), schema, answer -> {
            List<Span> spans = new ArrayList<>();
            for (JsonNode item : AnswerJson.objects(AnswerJson.object(answer), "identifiers")) {
                if (kinds.contains(item.path("kind").asText())) {
                    spans.add(new Span(item.path("kind").asText(), AnswerJson.text(item, "text")));
                }
            }
            return spans;
        }).value();
    }
}
