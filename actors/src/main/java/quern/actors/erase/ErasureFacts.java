package quern.actors.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.actors.RecordText;
import quern.kv.vault.ItemRef;

/**
 * What an erasure found and did so far, as its record keeps it from step to step. What a step does twice, because it
 * was interrupted, is here once. One owner, one thread.
 */
final class ErasureFacts {

    private static final String STEP = "step";
    private static final String KEYS = "keys";
    private static final String ID = "id";

    private final ObjectNode json;

    ErasureFacts(String text) {
        this.json = RecordText.read(text, ObjectNode.class);
    }

    /** Steps that are done. */
    int steps() {
        return json.path(STEP).asInt();
    }

    void stepDone() {
        json.put(STEP, steps() + 1);
    }

    /** From the first step again; what was found stays known. */
    void begin() {
        json.put(STEP, 0);
    }

    /** The entry of a list, made if need be. */
    ObjectNode entry(String list, String id) {
        ArrayNode items = json.withArray(list);
        return find(list, id).orElseGet(() -> items.addObject().put(ID, id));
    }

    Optional<ObjectNode> find(String list, String id) {
        for (JsonNode item : json.path(list)) {
            if (item.path(ID).asText().equals(id)) {
                return Optional.of((ObjectNode) item);
            }
        }
        return Optional.empty();
    }

    List<ObjectNode> list(String list) {
        List<ObjectNode> items = new ArrayList<>();
        json.path(list).forEach(item -> items.add((ObjectNode) item));
        return items;
    }

    /** Forgets what was found before. */
    void clear(String list) {
        json.remove(list);
    }

    List<String> ids(String list) {
        return list(list).stream().map(item -> item.path(ID).asText()).toList();
    }

    /** Adds to a count of a group. */
    void count(String group, String name, long add) {
        ObjectNode counts = json.withObjectProperty(group);
        counts.put(name, counts.path(name).asLong() + add);
    }

    void set(String name, long value) {
        json.put(name, value);
    }

    void set(String group, String name, long value) {
        json.withObjectProperty(group).put(name, value);
    }

    JsonNode get(String name) {
        return json.path(name);
    }

    /** A key that is to be destroyed. */
    void key(ItemRef item) {
        for (JsonNode known : json.withArray(KEYS)) {
            if (known.asText().equals(item.text())) {
                return;
            }
        }
        json.withArray(KEYS).add(item.text());
    }

    List<ItemRef> keys() {
        List<ItemRef> keys = new ArrayList<>();
        json.path(KEYS).forEach(item -> keys.add(ItemRef.parse(item.asText())));
        return keys;
    }

    /** A copy of all of it. */
    ObjectNode toJson() {
        return json.deepCopy();
    }

    String text() {
        return json.toString();
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
