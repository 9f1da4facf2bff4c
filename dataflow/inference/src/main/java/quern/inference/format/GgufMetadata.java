package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The metadata of a GGUF file; values are decoded when asked for, a value of another type than asked is refused. */
final class GgufMetadata {

    private static final int TEXT_BYTES_MAX = 1 << 23;
    private static final int PIECE_BYTES = 1 << 16;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Map<String, GgufValue> values;
    private final String where;

    GgufMetadata(Map<String, GgufValue> values, String where) {
        this.values = values;
        this.where = where;
    }

    /** All values, in the file's order. */
    Map<String, GgufValue> values() {
        return values;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** The number, which must be from 0 to 2^31 - 1. */
    int integer(String key) {
        GgufValue value = values.get(key);
        if (value == null) {
            throw new ModelFormatException(where, "has no " + key);
        }
        long number = whole(key, value, 0);
        if (value.array() || number < 0 || number > Integer.MAX_VALUE) {
            throw new ModelFormatException(where, key + " is " + (value.array() ? "an array" : number)
                    + ", expected a number from 0 to " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    int integer(String key, int otherwise) {
        return has(key) ? integer(key) : otherwise;
    }

    /** A token's id if it is one of the vocabulary; writers put 2^32 - 1 where there is none. */
    OptionalInt token(String key, int vocabulary) {
        GgufValue value = values.get(key);
        if (value == null || value.array()) {
            return OptionalInt.empty();
        }
        long id = whole(key, value, 0);
        return id >= 0 && id < vocabulary ? OptionalInt.of((int) id) : OptionalInt.empty();
    }

    double real(String key) {
        GgufValue value = values.get(key);
        if (value == null || value.array()) {
            throw new ModelFormatException(where, value == null ? "has no " + key : key + " is an array");
        }
        double number = real(key, value, 0);
        if (!Double.isFinite(number)) {
            throw new ModelFormatException(where, key + " is " + number + ", expected a finite number");
        }
        return number;
    }

    double real(String key, double otherwise) {
        return has(key) ? real(key) : otherwise;
    }

    boolean flag(String key, boolean otherwise) {
        GgufValue value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value.type() != GgufType.BOOL || value.array()) {
            throw new ModelFormatException(where, key + " is " + describe(value) + ", expected a boolean");
        }
        return value.bytes().get(ValueLayout.JAVA_BYTE, 0) != 0;
    }

    Optional<String> text(String key) {
        GgufValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value.type() != GgufType.STRING || value.array()) {
            throw new ModelFormatException(where, key + " is " + describe(value) + ", expected a string");
        }
        return Optional.of(decode(key, value.bytes()));
    }

    /** Elements of an array, -1 if there is no such array. */
    int count(String key) {
        GgufValue value = values.get(key);
        return value == null || !value.array() ? -1 : value.count();
    }

    List<String> texts(String key) {
        GgufValue value = array(key);
        if (value.type() != GgufType.STRING) {
            throw new ModelFormatException(where, key + " is " + describe(value) + ", expected an array of strings");
        }
        // In pieces: a copy for each of some hundred thousand strings takes as long as all the rest of a start.
        SegmentCursor cursor = new SegmentCursor(value.bytes(), where);
        List<String> texts = new ArrayList<>(value.count());
        byte[] piece = new byte[0];
        long pieceAt = 0;
        for (int i = 0; i < value.count(); i++) {
            int length = cursor.nextLength(TEXT_BYTES_MAX, key);
            long at = cursor.position() - length;
            if (at + length > pieceAt + piece.length) {
                pieceAt = at;
                piece = value.bytes().asSlice(at, Math.min(value.bytes().byteSize() - at,
                        Math.max(length, PIECE_BYTES))).toArray(ValueLayout.JAVA_BYTE);
            }
            texts.add(new String(piece, (int) (at - pieceAt), length, StandardCharsets.UTF_8));
        }
        return texts;
    }

    float[] floats(String key) {
        GgufValue value = array(key);
        float[] floats = new float[value.count()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) real(key, value, i);
        }
        return floats;
    }

    int[] integers(String key) {
        GgufValue value = array(key);
        int[] integers = new int[value.count()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (int) whole(key, value, i);
        }
        return integers;
    }

    /** An array of bytes. */
    byte[] bytes(String key) {
        GgufValue value = array(key);
        if (value.type() != GgufType.UINT8 && value.type() != GgufType.INT8 || value.count() > TEXT_BYTES_MAX) {
            throw new ModelFormatException(where, key + " is " + describe(value) + " of " + value.count()
                    + ", expected bytes, at most " + TEXT_BYTES_MAX);
        }
        return value.bytes().toArray(ValueLayout.JAVA_BYTE);
    }

    /** An array of {@code count} flags. */
    boolean[] flags(String key, int count) {
        GgufValue value = array(key);
        if (value.type() != GgufType.BOOL || value.count() != count) {
            throw new ModelFormatException(where, key + " is " + describe(value) + " with " + value.count()
                    + " elements, expected " + count + " booleans");
        }
        boolean[] flags = new boolean[count];
        for (int i = 0; i < count; i++) {
            flags[i] = value.bytes().get(ValueLayout.JAVA_BYTE, i) != 0;
        }
        return flags;
    }

    private GgufValue array(String key) {
        GgufValue value = values.get(key);
        if (value == null || !value.array()) {
            throw new ModelFormatException(where, value == null ? "has no " + key : key + " is no array");
        }
        return value;
    }

    private String decode(String key, MemorySegment bytes) {
        if (bytes.byteSize() > TEXT_BYTES_MAX) {
            throw new ModelFormatException(
                    where, key + " of " + bytes.byteSize() + " bytes, at most " + TEXT_BYTES_MAX);
        }
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private long whole(String key, GgufValue value, int index) {
        MemorySegment bytes = value.bytes();
        long at = (long) index * value.type().bytes();
        return switch (value.type()) {
            case UINT8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, at));
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case UINT16 -> Short.toUnsignedLong(bytes.get(SHORT, at));
            case INT16 -> bytes.get(SHORT, at);
            case UINT32 -> Integer.toUnsignedLong(bytes.get(INT, at));
            case INT32 -> bytes.get(INT, at);
            case UINT64, INT64 -> bytes.get(LONG, at);
            default -> throw new ModelFormatException(
                    where, key + " is " + describe(value) + ", expected a whole number");
        };
    }

    private double real(String key, GgufValue value, int index) {
        long at = (long) index * value.type().bytes();
        return switch (value.type()) {
            case FLOAT32 -> value.bytes().get(FLOAT, at);
            case FLOAT64 -> value.bytes().get(DOUBLE, at);
            default -> whole(key, value, index);
        };
    }

    private static String describe(GgufValue value) {
        return (value.array() ? "an array of " : "of type ") + value.type();
    }
}
