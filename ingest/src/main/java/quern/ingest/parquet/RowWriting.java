package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/** Takes rows apart into the columns of their shape; null and absent are the same to Parquet. */
final class RowWriting extends WriteSupport<JsonNode> {

    private final ColumnShape shape;
    private RecordConsumer consumer;

    RowWriting(ColumnShape shape) {
        super();
        this.shape = shape;
    }

    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
        return new WriteContext(new MessageType("row", shape.types()), Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return new WriteContext(new MessageType("row", shape.types()), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        this.consumer = recordConsumer;
    }

    @Override
    public void write(JsonNode row) {
        consumer.startMessage();
        fields(row, shape);
        consumer.endMessage();
    }

    private void fields(JsonNode object, ColumnShape of) {
        int index = 0;
        for (Map.Entry<String, ColumnShape> field : of.fields().entrySet()) {
            JsonNode value = object.get(field.getKey());
            if (value != null && !value.isNull()) {
                consumer.startField(field.getKey(), index);
                value(value, field.getValue());
                consumer.endField(field.getKey(), index);
            }
            index++;
        }
    }

    private void value(JsonNode value, ColumnShape of) {
        switch (of.form()) {
            case BOOLEAN -> consumer.addBoolean(value.booleanValue());
            case LONG -> consumer.addLong(value.longValue());
            case DOUBLE -> consumer.addDouble(value.doubleValue());
            case STRING, JSON -> consumer.addBinary(text(value.isTextual() ? value.textValue() : value.toString()));
            case OBJECT -> {
                consumer.startGroup();
                fields(value, of);
                consumer.endGroup();
            }
            case LIST -> list(value, of);
        }
    }

    private void list(JsonNode list, ColumnShape of) {
        consumer.startGroup();
        if (!list.isEmpty()) {
            consumer.startField("list", 0);
            for (JsonNode item : list) {
                consumer.startGroup();
                if (!item.isNull()) {
                    consumer.startField("element", 0);
                    value(item, of.element());
                    consumer.endField("element", 0);
                }
                consumer.endGroup();
            }
            consumer.endField("list", 0);
        }
        consumer.endGroup();
    }

    /** Half a surrogate pair, which UTF-8 cannot hold, becomes the replacement character. */
    private static Binary text(String text) {
        boolean whole = StandardCharsets.UTF_8.newEncoder().canEncode(text);
        String encodable = whole ? text : withoutHalves(text);
        return Binary.fromConstantByteBuffer(ByteBuffer.wrap(encodable.getBytes(StandardCharsets.UTF_8)));
    }

    private static String withoutHalves(String text) {
        return text.codePoints().map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
