package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import quern.ingest.TextDecoding;

/**
 * Values of one column as JSON: numbers as numbers, dates and times in ISO 8601, bytes that are not UTF-8 text in
 * Base64. What is no number in JSON (NaN, infinity) is null.
 */
final class Values extends PrimitiveConverter {

    private static final long JULIAN_EPOCH_DAY = 2_440_588;

    private final LogicalTypeAnnotation logical;
    private final PrimitiveTypeName physical;
    private final RowBudget budget;
    private final Consumer<JsonNode> into;

    Values(PrimitiveType type, RowBudget budget, Consumer<JsonNode> into) {
        super();
        this.logical = type.getLogicalTypeAnnotation();
        this.physical = type.getPrimitiveTypeName();
        this.budget = budget;
        this.into = into;
    }

    private void add(JsonNode value, int bytes) {
        budget.take(bytes);
        into.accept(value);
    }

    @Override
    public void addBoolean(boolean value) {
        add(BooleanNode.valueOf(value), 0);
    }

    @Override
    public void addFloat(float value) {
        add(Float.isFinite(value) ? FloatNode.valueOf(value) : NullNode.instance, 0);
    }

    @Override
    public void addDouble(double value) {
        add(Double.isFinite(value) ? DoubleNode.valueOf(value) : NullNode.instance, 0);
    }

    @Override
    public void addInt(int value) {
        boolean unsigned = logical instanceof IntLogicalTypeAnnotation integer && !integer.isSigned();
        add(logical instanceof DateLogicalTypeAnnotation ? new TextNode(LocalDate.ofEpochDay(value).toString())
                : unsigned ? LongNode.valueOf(Integer.toUnsignedLong(value))
                : logical == null || logical instanceof IntLogicalTypeAnnotation ? IntNode.valueOf(value)
                : byLogical(value), 0);
    }

    @Override
    public void addLong(long value) {
        boolean unsigned = logical instanceof IntLogicalTypeAnnotation integer && !integer.isSigned() && value < 0;
        add(unsigned ? BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(value)))
                : logical == null || logical instanceof IntLogicalTypeAnnotation ? LongNode.valueOf(value)
                : byLogical(value), 0);
    }

    private JsonNode byLogical(long value) {
        return switch (logical) {
            case DecimalLogicalTypeAnnotation decimal ->
                DecimalNode.valueOf(BigDecimal.valueOf(value, decimal.getScale()));
            case TimestampLogicalTypeAnnotation stamp -> {
                Instant instant = Instant.EPOCH.plus(value, unit(stamp.getUnit()));
                yield new TextNode(stamp.isAdjustedToUTC() ? instant.toString()
                        : instant.atOffset(ZoneOffset.UTC).toLocalDateTime().toString());
            }
            case TimeLogicalTypeAnnotation time -> new TextNode(
                    LocalTime.MIDNIGHT.plus(value, unit(time.getUnit())).toString());
            default -> LongNode.valueOf(value);
        };
    }

    private static ChronoUnit unit(TimeUnit unit) {
        return switch (unit) {
            case MILLIS -> ChronoUnit.MILLIS;
            case MICROS -> ChronoUnit.MICROS;
            case NANOS -> ChronoUnit.NANOS;
        };
    }

    @Override
    public void addBinary(Binary value) {
        add(node(value), value.length());
    }

    private JsonNode node(Binary value) {
        byte[] bytes = value.getBytesUnsafe();
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return bytes.length == 0 ? NullNode.instance
                    : DecimalNode.valueOf(new BigDecimal(new BigInteger(bytes), decimal.getScale()));
        } else if (logical instanceof UUIDLogicalTypeAnnotation) {
            ByteBuffer halves = ByteBuffer.wrap(bytes);
            return new TextNode(new UUID(halves.getLong(), halves.getLong()).toString());
        } else if (logical instanceof Float16LogicalTypeAnnotation) {
            float number = Float.float16ToFloat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort());
            return Float.isFinite(number) ? FloatNode.valueOf(number) : NullNode.instance;
        } else if (physical == PrimitiveTypeName.INT96) {
            ByteBuffer stamp = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            long nanos = stamp.getLong();
            long day = stamp.getInt() - JULIAN_EPOCH_DAY;
            return new TextNode(Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos).toString());
        }
        String text = TextDecoding.utf8OrNull(bytes, 0, bytes.length);
        if (text == null && logical != null) {
            budget.flaw();
        }
        return new TextNode(text != null ? text : Base64.getEncoder().encodeToString(bytes));
    }
}
