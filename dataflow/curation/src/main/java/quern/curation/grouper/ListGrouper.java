package quern.curation.grouper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import quern.curation.Grouper;

/**
 * Joins the samples of a group into one sample whose every field is the list of their values.
 *
 * <p>Recipe keys {@code naive_grouper} (all samples are one group) and {@code key_value_grouper} (equal values of
 * fields, groups in order of first appearance). A field that some samples lack is null for them. Compatible with
 * Data-Juicer 1.4.3.
 */
public record ListGrouper(String name, Grouping grouping) implements Grouper {

    @Override
    public List<ObjectNode> make(List<ObjectNode> members) {
        Set<String> names = new LinkedHashSet<>();
        members.forEach(member -> member.fieldNames().forEachRemaining(names::add));
        ObjectNode joined = JsonNodeFactory.instance.objectNode();
        for (String name : names) {
            ArrayNode values = joined.putArray(name);
            for (ObjectNode member : members) {
                JsonNode value = member.get(name);
                values.add(value == null ? JsonNodeFactory.instance.nullNode() : value);
            }
        }
        return List.of(joined);
    }
}
