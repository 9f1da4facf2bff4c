package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.UnaryOperator;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Sums up given attributes of given entities, with quotations that show them.
 *
 * <p>Recipe key {@code extract_entity_attribute_mapper}. Meta fields {@code main_entities}, {@code attributes},
 * {@code attribute_descriptions} and {@code attribute_support_texts}: lists with an element for each entity and
 * attribute. Quotations that do not stand in the text, white space aside, are left out and noted; Data-Juicer keeps
 * them. Without a usable answer the description is empty. Answers are JSON, so Data-Juicer's patterns have no effect.
 */
public record EntityAttributeMapper(Asking asking, String textKey, List<String> entities, List<String> attributes,
        Keys keys, Template prompt, Template input, boolean dropText) implements Mapper {

    private static final int QUOTATIONS_MAX = 5;

    /** Fields of the meta object. */
    public record Keys(String entities, String attributes, String descriptions, String supportTexts) {}

    private record Found(String description, List<String> quotations) {}

    @Override
    public String name() {
        return "extract_entity_attribute_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode meta = draft.meta();
        if (!(meta.has(keys.entities()) && meta.has(keys.attributes()) && meta.has(keys.descriptions())
                && meta.has(keys.supportTexts()))) {
            fill(draft, meta);
        }
        if (dropText) {
            draft.fields().remove(textKey);
        }
        return List.of(draft);
    }

    private void fill(Draft draft, ObjectNode meta) {
        String text = draft.text(textKey);
        Passage passage = new Passage(text);
        ArrayNode allEntities = meta.putArray(keys.entities());
        ArrayNode allAttributes = meta.putArray(keys.attributes());
        ArrayNode descriptions = meta.putArray(keys.descriptions());
        ArrayNode supportTexts = meta.putArray(keys.supportTexts());
        for (String entity : entities) {
            for (String attribute : attributes) {
                UnaryOperator<String> values = place -> switch (place) {
                    case "entity" -> entity;
                    case "attribute" -> attribute;
                    default -> text;
                };
                Found found = asking.json(draft, List.of(Message.system(prompt.fill(values)),
                        Message.user(input.fill(values))), schema(), EntityAttributeMapper::read)
                        .orElse(new Found("", List.of()));
                allEntities.add(entity);
                allAttributes.add(attribute);
                descriptions.add(found.description());
                ArrayNode quotations = supportTexts.addArray();
                for (String quotation : found.quotations()) {
                    if (passage.find(quotation) != null) {
                        quotations.add(quotation);
                    } else {
                        draft.note("quotation is not in the text");
                    }
                }
            }
        }
    }

    private static Found read(Answer answer) {
        JsonNode object = AnswerJson.object(answer);
        return new Found(AnswerJson.text(object, "description"), AnswerJson.texts(object, "quotations"));
    }

    private static JsonNode schema() {
        return Schemas.object("description", Schemas.passage().put("maxLength", 1000),
                "quotations", Schemas.list(Schemas.passage().put("maxLength", 300), QUOTATIONS_MAX).put("minItems", 1));
    }
}
