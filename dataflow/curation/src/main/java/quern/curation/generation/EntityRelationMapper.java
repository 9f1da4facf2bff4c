package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Extracts entities and relations for a knowledge graph.
 *
 * <p>Recipe key {@code extract_entity_relation_mapper}. Meta fields {@code entity} (objects of {@code entity_name},
 * {@code entity_type}, {@code entity_entity_description}) and {@code relation} (objects of
 * {@code relation_source_entity}, {@code relation_target_entity}, {@code relation_description},
 * {@code relation_keywords}, {@code relation_strength}). Relations between entities that were not named are left out,
 * and noted. Answers are JSON, so Data-Juicer's delimiters and patterns have no effect.
 *
 * @param types entities that are looked for
 * @param gleaningsMax how often the model is asked what it missed
 * @param input the text as the model reads it
 */
public record EntityRelationMapper(Asking asking, String textKey, String entityKey, String relationKey,
        List<String> types, int gleaningsMax, String prompt, Template input, String continuePrompt, boolean dropText)
        implements Mapper {

    private static final int ITEMS_MAX = 40;
    private static final int STRENGTH_MAX = 10;

    private record Graph(Map<String, ObjectNode> entities, Map<String, ObjectNode> relations) {}

    @Override
    public String name() {
        return "extract_entity_relation_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode meta = draft.meta();
        if (!meta.has(entityKey) || !meta.has(relationKey)) {
            Graph graph = graph(draft);
            ArrayNode entities = meta.putArray(entityKey);
            graph.entities().values().forEach(entities::add);
            ArrayNode relations = meta.putArray(relationKey);
            graph.relations().values().forEach(relation -> {
                Set<String> named = graph.entities().keySet();
                boolean known = named.contains(relation.path("relation_source_entity").textValue())
                        && named.contains(relation.path("relation_target_entity").textValue());
                if (known) {
                    relations.add(relation);
                } else {
                    draft.note("relation of entities that were not named");
                }
            });
        }
        if (dropText) {
            draft.fields().remove(textKey);
        }
        return List.of(draft);
    }

    private Graph graph(Draft draft) {
        String text = draft.text(textKey);
        List<Message> messages = new ArrayList<>(List.of(Message.system(prompt), Message.user(input.fill(place ->
                place.equals("entity_types") ? String.join(", ", types) : text))));
        Graph graph = new Graph(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (int round = 0; round <= gleaningsMax; round++) {
            String[] said = new String[1];
            Graph found = asking.json(draft, messages, schema(), answer -> {
                said[0] = answer.text();
                return read(answer, round(graph));
            }).orElse(null);
            if (found == null || !add(graph, found)) {
                break;
            }
            messages.add(new Message("assistant", said[0]));
            messages.add(Message.user(continuePrompt));
        }
        return graph;
    }

    /** In the first round there must be something. */
    private static boolean round(Graph graph) {
        return graph.entities().isEmpty();
    }

    /** Whether something new came. */
    private static boolean add(Graph graph, Graph found) {
        int before = graph.entities().size() + graph.relations().size();
        found.entities().forEach(graph.entities()::putIfAbsent);
        found.relations().forEach(graph.relations()::putIfAbsent);
        return graph.entities().size() + graph.relations().size() > before;
    }

    private static Graph read(Answer answer, boolean first) {
        ObjectNode object = AnswerJson.object(answer);
        Graph graph = new Graph(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (JsonNode one : AnswerJson.objects(object, "entities")) {
            ObjectNode entity = JsonNodeFactory.instance.objectNode().put("entity_name", AnswerJson.text(one, "name"))
                    .put("entity_type", AnswerJson.text(one, "type"))
                    .put("entity_entity_description", AnswerJson.text(one, "description"));
            graph.entities().put(entity.path("entity_name").textValue(), entity);
        }
        for (JsonNode one : AnswerJson.objects(object, "relations")) {
            ObjectNode relation = JsonNodeFactory.instance.objectNode()
                    .put("relation_source_entity", AnswerJson.text(one, "source"))
                    .put("relation_target_entity", AnswerJson.text(one, "target"))
                    .put("relation_description", AnswerJson.text(one, "description"));
            AnswerJson.texts(one, "keywords").forEach(relation.putArray("relation_keywords")::add);
            relation.put("relation_strength", AnswerJson.number(one, "strength", 0, STRENGTH_MAX));
            graph.relations().put(relation.path("relation_source_entity").textValue() + "\n"
                    + relation.path("relation_target_entity").textValue(), relation);
        }
        if (first && graph.entities().isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return graph;
    }

    private JsonNode schema() {
        ObjectNode description = Schemas.passage().put("maxLength", 300);
        return Schemas.object(
                "entities", Schemas.list(Schemas.object("name", Schemas.name(), "type", Schemas.oneOf(types),
                        "description", description), ITEMS_MAX),
                "relations", Schemas.list(Schemas.object("source", Schemas.name(), "target", Schemas.name(),
                        "description", description, "keywords", Schemas.list(Schemas.name(), 5),
                        "strength", Schemas.whole(0, STRENGTH_MAX)), ITEMS_MAX));
    }
}
