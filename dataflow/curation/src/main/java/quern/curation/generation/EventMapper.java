package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Makes a sample of each event of a text, with the people in it.
 *
 * <p>Recipe key {@code extract_event_mapper}. Meta fields {@code event_description} and {@code relevant_characters};
 * the other fields are copied. A text without events, or without a usable answer, is dropped with that reason, where
 * Data-Juicer loses it silently.
 *
 * @param pattern of a free answer with the groups number, description and people; absent: the answer is JSON
 */
public record EventMapper(Asking asking, String textKey, String eventKey, String charactersKey, String prompt,
        Template input, Optional<Pattern> pattern, boolean dropText) implements Mapper {

    private static final int EVENTS_MAX = 30;
    private static final int CHARACTERS_MAX = 20;

    private record Event(String description, List<String> characters) {}

    @Override
    public String name() {
        return "extract_event_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public String emptyReason() {
        return "no event found";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        List<Message> messages = List.of(Message.system(prompt), Message.user(input.fill(_ -> text)));
        Asking.Asked<List<Event>> asked = pattern.isPresent()
                ? asking.text(draft, messages, answer -> matched(pattern.get(), answer))
                : asking.json(draft, messages, schema(), EventMapper::read);
        List<Draft> made = new ArrayList<>();
        for (Event event : asked.orElse(List.of())) {
            ObjectNode fields = draft.fields().deepCopy();
            if (dropText) {
                fields.remove(textKey);
            }
            ObjectNode meta = fields.get(Draft.META) instanceof ObjectNode present ? present
                    : fields.putObject(Draft.META);
            meta.put(eventKey, event.description());
            ArrayNode characters = meta.putArray(charactersKey);
            event.characters().forEach(characters::add);
            made.add(draft.derive(fields, textKey, 0, text.length()));
        }
        return made;
    }

    private static List<Event> matched(Pattern pattern, Answer answer) {
        List<Event> events = new ArrayList<>();
        for (List<String> groups : PatternReader.all(pattern, answer.text())) {
            int first = Math.max(0, groups.size() - 2);
            List<String> characters = Names.split(groups.getLast());
            if (groups.size() >= 2 && !groups.get(first).isEmpty() && !characters.isEmpty()) {
                events.add(new Event(groups.get(first), characters));
            }
        }
        return some(events);
    }

    private static List<Event> read(Answer answer) {
        List<Event> events = new ArrayList<>();
        for (JsonNode one : AnswerJson.objects(AnswerJson.object(answer), "events")) {
            events.add(new Event(AnswerJson.text(one, "description"), AnswerJson.texts(one, "characters")));
        }
        return some(events);
    }

    private static List<Event> some(List<Event> events) {
        if (events.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return events;
    }

    private static JsonNode schema() {
        return Schemas.object("events", Schemas.list(Schemas.object("description",
                Schemas.passage().put("maxLength", 800), "characters",
                Schemas.list(Schemas.name(), CHARACTERS_MAX)), EVENTS_MAX).put("minItems", 1));
    }
}
