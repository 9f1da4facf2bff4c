package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.FieldPath;
import quern.curation.SampleException;

/**
 * A sample as what is said: the contents of {@code messages}, or of its fields through templates. As in Data-Juicer
 * the contents are joined by spaces, without a chat template.
 *
 * @param contents in order; the last is the response
 */
record Conversation(List<String> contents) {

    /** What is before the response, with the space behind it. */
    String context() {
        String before = String.join(" ", contents.subList(0, contents.size() - 1)).strip();
        return before.isEmpty() ? "" : before + " ";
    }

    String response() {
        return contents.getLast().strip();
    }

    /** This one behind another. */
    Conversation behind(Conversation other) {
        List<String> all = new ArrayList<>(other.contents);
        all.addAll(contents);
        return new Conversation(all);
    }

    /** The response alone. */
    Conversation alone() {
        return new Conversation(List.of(contents.getLast()));
    }

    /** @throws SampleException if a field of a template is missing, or messages have no text */
    static Conversation of(JsonNode sample, Template query, Template response, String first) {
        List<String> contents = new ArrayList<>();
        JsonNode messages = sample.path("messages");
        if (messages.isArray() && !messages.isEmpty()) {
            messages.forEach(message -> {
                if (!message.path("content").isTextual()) {
                    throw new SampleException("message without text");
                }
                contents.add(message.path("content").textValue());
            });
            return new Conversation(contents);
        }
        if (!first.isEmpty()) {
            contents.add(first);
        }
        contents.add(filled(query, sample));
        contents.add(filled(response, sample));
        return new Conversation(contents);
    }

    static String filled(Template template, JsonNode sample) {
        return template.fill(place -> {
            JsonNode value = FieldPath.get(sample, place);
            if (value == null || value.isNull()) {
                throw new SampleException("field of the template is missing");
            }
            return Template.shown(value);
        });
    }
}
