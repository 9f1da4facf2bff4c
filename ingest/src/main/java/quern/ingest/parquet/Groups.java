package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * Assembles nested columns into JSON: groups are objects with null for what is absent, lists (of three levels and of
 * the older two) and repeated fields are arrays, maps are objects by the text of their keys.
 */
final class Groups {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final RowBudget budget;

    Groups(RowBudget budget) {
        this.budget = budget;
    }

    /** A converter whose result, complete at the group's end, goes to {@code into}. */
    GroupConverter object(GroupType group, Consumer<JsonNode> into) {
        return new ObjectConverter(group, into);
    }

    private Converter converter(Type type, Consumer<JsonNode> into) {
        if (type.isPrimitive()) {
            return new Values(type.asPrimitiveType(), budget, into);
        }
        GroupType group = type.asGroupType();
        boolean single = group.getFieldCount() == 1 && group.getType(0).isRepetition(Type.Repetition.REPEATED);
        if (single && group.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
            return new ListConverter(group.getType(0), into);
        }
        boolean map = group.getLogicalTypeAnnotation() instanceof MapLogicalTypeAnnotation
                || group.getLogicalTypeAnnotation() instanceof MapKeyValueTypeAnnotation;
        if (single && map && !group.getType(0).isPrimitive() && group.getType(0).asGroupType().getFieldCount() == 2) {
            return new MapConverter(group.getType(0).asGroupType(), into);
        }
        return new ObjectConverter(group, into);
    }

    private final class ObjectConverter extends GroupConverter {

        private final List<Converter> fields = new ArrayList<>();
        private final GroupType group;
        private final Consumer<JsonNode> into;
        private ObjectNode node;

        ObjectConverter(GroupType group, Consumer<JsonNode> into) {
            super();
            this.group = group;
            this.into = into;
            for (Type type : group.getFields()) {
                String name = type.getName();
                fields.add(type.isRepetition(Type.Repetition.REPEATED)
                        ? converter(type, value -> ((ArrayNode) node.get(name)).add(value))
                        : converter(type, value -> node.set(name, value)));
            }
        }

        @Override
        public Converter getConverter(int index) {
            return fields.get(index);
        }

        @Override
        public void start() {
            node = NODES.objectNode();
            for (Type type : group.getFields()) {
                budget.take(0);
                node.set(type.getName(), type.isRepetition(Type.Repetition.REPEATED) ? NODES.arrayNode()
                        : NullNode.instance);
            }
        }

        @Override
        public void end() {
            into.accept(node);
        }
    }

    private final class ListConverter extends GroupConverter {

        private final Converter element;
        private final Consumer<JsonNode> into;
        private ArrayNode node;

        ListConverter(Type repeated, Consumer<JsonNode> into) {
            super();
            this.into = into;
            boolean threeLevels = !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1
                    && !repeated.getName().equals("array") && !repeated.getName().endsWith("_tuple");
            this.element = threeLevels ? new ElementConverter(repeated.asGroupType().getType(0))
                    : converter(repeated, value -> node.add(value));
        }

        @Override
        public Converter getConverter(int index) {
            return element;
        }

        @Override
        public void start() {
            node = NODES.arrayNode();
        }

        @Override
        public void end() {
            into.accept(node);
        }

        /** The middle level, which alone knows of elements that are null. */
        private final class ElementConverter extends GroupConverter {

            private final Converter value;
            private JsonNode found;

            ElementConverter(Type type) {
                super();
                this.value = type.isRepetition(Type.Repetition.REPEATED)
                        ? converter(type, item -> ((ArrayNode) found).add(item))
                        : converter(type, item -> found = item);
                this.repeated = type.isRepetition(Type.Repetition.REPEATED);
            }

            private final boolean repeated;

            @Override
            public Converter getConverter(int index) {
                return value;
            }

            @Override
            public void start() {
                budget.take(0);
                found = repeated ? NODES.arrayNode() : NullNode.instance;
            }

            @Override
            public void end() {
                node.add(found);
            }
        }
    }

    private final class MapConverter extends GroupConverter {

        private final EntryConverter entry;
        private final Consumer<JsonNode> into;
        private ObjectNode node;

        MapConverter(GroupType entries, Consumer<JsonNode> into) {
            super();
            this.into = into;
            this.entry = new EntryConverter(entries);
        }

        @Override
        public Converter getConverter(int index) {
            return entry;
        }

        @Override
        public void start() {
            node = NODES.objectNode();
        }

        @Override
        public void end() {
            into.accept(node);
        }

        private final class EntryConverter extends GroupConverter {

            private final Converter keys;
            private final Converter values;
            private JsonNode key;
            private JsonNode value;

            EntryConverter(GroupType type) {
                super();
                this.keys = converter(type.getType(0), found -> key = found);
                this.values = converter(type.getType(1), found -> value = found);
            }

            @Override
            public Converter getConverter(int index) {
                return index == 0 ? keys : values;
            }

            @Override
            public void start() {
                budget.take(0);
                key = NullNode.instance;
                value = NullNode.instance;
            }

            @Override
            public void end() {
                node.set(key.isValueNode() ? key.asText() : key.toString(), value);
            }
        }
    }
}
