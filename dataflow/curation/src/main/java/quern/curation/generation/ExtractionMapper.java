package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Message;

/**
 * Extracts something of a text into the meta object; see {@link Extraction}. A sample that has it already is left
 * alone; without a usable answer the field is empty, and the report notes it.
 *
 * @param input the text as the model reads it
 * @param pattern reads a free answer; absent: the answer is JSON
 * @param dropText whether the text is removed from the sample
 */
public record ExtractionMapper(Extraction extraction, Asking asking, String textKey, String prompt, Template input,
        Optional<Pattern> pattern, boolean dropText) implements Mapper {

    @Override
    public String name() {
        return extraction.operator();
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode meta = draft.meta();
        Map<String, JsonNode> none = extraction.none();
        if (!none.keySet().stream().allMatch(meta::has)) {
            String text = draft.text(textKey);
            String filled = input.fill(place -> switch (place) {
                case "entity1" -> extraction instanceof Extraction.RoleRelation role ? role.source() : "";
                case "entity2" -> extraction instanceof Extraction.RoleRelation role ? role.target() : "";
                default -> text;
            });
            List<Message> messages = prompt.isEmpty() ? List.of(Message.user(filled))
                    : List.of(Message.system(prompt), Message.user(filled));
            Asking.Asked<Map<String, JsonNode>> asked = pattern.isPresent()
                    ? asking.text(draft, messages, answer -> extraction.read(answer, pattern.get()))
                    : asking.json(draft, messages, extraction.schema(), extraction::read);
            asked.orElse(none).forEach(meta::set);
        }
        if (dropText) {
            draft.fields().remove(textKey);
        }
        return List.of(draft);
    }
}
