package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian) and checks all of it: nothing is allocated by a
 * length or count that the bytes do not bear out, every tensor lies inside the file, aligned and apart from the others.
 */
final class GgufReader {

    static final int MAGIC = 0x46554747;
    static final int DEFAULT_ALIGNMENT = 32;

    private static final String ARCHITECTURE = "general.architecture";
    private static final int KEYS_MAX = 1 << 14;
    private static final int KEY_BYTES_MAX = 1 << 10;
    private static final int TENSORS_MAX = 1 << 16;
    private static final int TENSOR_NAME_BYTES_MAX = 128;
    private static final int ARRAY_ELEMENTS_MAX = 1 << 22;
    private static final int STRING_BYTES_MAX = 1 << 26;
    private static final int DIMENSIONS_MAX = 4;
    private static final int ALIGNMENT_MAX = 1 << 20;

    private record Entry(
            String name, ElementType type, List<Integer> dimensions, int rows, int columns, long offset, long bytes) {}

    private final MemorySegment file;
    private final String where;
    private final SegmentCursor cursor;

    private GgufReader(MemorySegment file, String where) {
        this.file = file;
        this.where = where;
        this.cursor = new SegmentCursor(file, where);
    }

    static GgufHeader read(MemorySegment file, String where) {
        return new GgufReader(file, where).read();
    }

    /** Whether a file begins like one. */
    static boolean isGguf(MemorySegment file) {
        return file.byteSize() >= Integer.BYTES && new SegmentCursor(file, "file").nextInt("magic") == MAGIC;
    }

    /** {@code general.architecture}, which stands first as a rule; what follows it is not read. */
    static Optional<String> architecture(MemorySegment file, String where) {
        var reader = new GgufReader(file, where);
        reader.readStart();
        reader.nextCount("tensor", TENSORS_MAX);
        return reader.readMetadata(reader.nextCount("metadata key", KEYS_MAX), ARCHITECTURE::equals)
                .text(ARCHITECTURE);
    }

    private GgufHeader read() {
        readStart();
        int tensorCount = nextCount("tensor", TENSORS_MAX);
        GgufMetadata metadata = readMetadata(nextCount("metadata key", KEYS_MAX), key -> false);
        Map<String, List<Integer>> dimensions = new LinkedHashMap<>();
        Map<String, Tensor> tensors = readTensors(tensorCount, alignment(metadata), dimensions);
        return new GgufHeader(metadata, tensors, dimensions);
    }

    private void readStart() {
        int magic = cursor.nextInt("magic");
        if (magic != MAGIC) {
            throw new ModelFormatException(where, "starts with 0x" + Integer.toHexString(magic)
                    + ", expected GGUF's 0x" + Integer.toHexString(MAGIC));
        }
        int version = cursor.nextInt("version");
        if (version != 2 && version != 3) {
            boolean bigEndian = Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3;
            throw new ModelFormatException(where, bigEndian
                    ? "is big-endian GGUF, expected little-endian"
                    : "GGUF version " + Integer.toUnsignedString(version) + ", expected 2 or 3");
        }
    }

    private int nextCount(String what, int max) {
        long count = cursor.nextLong(what + " count");
        if (count < 0 || count > max) {
            throw new ModelFormatException(
                    where, what + " count " + Long.toUnsignedString(count) + ", at most " + max);
        }
        return (int) count;
    }

    /** @param isLast of a key: nothing after it is read */
    private GgufMetadata readMetadata(int keyCount, Predicate<String> isLast) {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        for (int i = 0; i < keyCount; i++) {
            String key = text(cursor.nextString(KEY_BYTES_MAX, "metadata key"));
            GgufType type = GgufType.of(cursor.nextInt("type of " + key), where, key);
            if (values.put(key, nextValue(key, type)) != null) {
                throw new ModelFormatException(where, "metadata key " + key + " appears twice");
            }
            if (isLast.test(key)) {
                break;
            }
        }
        return new GgufMetadata(values, where);
    }

    private GgufValue nextValue(String key, GgufType type) {
        return switch (type) {
            case STRING -> new GgufValue(type, false, 1, cursor.nextString(STRING_BYTES_MAX, key));
            case ARRAY -> nextArray(key);
            default -> new GgufValue(type, false, 1, cursor.next(type.bytes(), key));
        };
    }

    private GgufValue nextArray(String key) {
        GgufType type = GgufType.of(cursor.nextInt("element type of " + key), where, "array " + key);
        int count = nextCount("element of " + key, ARRAY_ELEMENTS_MAX);
        if (type == GgufType.ARRAY) {
            throw new ModelFormatException(where, key + " is an array of arrays, expected numbers or strings");
        }
        if (type != GgufType.STRING) {
            return new GgufValue(type, true, count, cursor.next((long) count * type.bytes(), key));
        }
        long from = cursor.position();
        for (int i = 0; i < count; i++) {
            cursor.nextLength(STRING_BYTES_MAX, key);
        }
        return new GgufValue(type, true, count, file.asSlice(from, cursor.position() - from));
    }

    private int alignment(GgufMetadata metadata) {
        int alignment = metadata.integer("general.alignment", DEFAULT_ALIGNMENT);
        if (alignment <= 0 || Integer.bitCount(alignment) != 1 || alignment > ALIGNMENT_MAX) {
            throw new ModelFormatException(where, "general.alignment " + alignment
                    + ", expected a power of two up to " + ALIGNMENT_MAX);
        }
        return alignment;
    }

    private Map<String, Tensor> readTensors(
            int count, int alignment, Map<String, List<Integer>> dimensions) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(nextEntry(alignment));
        }
        long weightsFrom = Math.ceilDiv(cursor.position(), alignment) * (long) alignment;
        long weightBytes = Math.max(0, file.byteSize() - weightsFrom);
        checkPlaces(entries, weightBytes);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            MemorySegment bytes = file.asSlice(weightsFrom + entry.offset, entry.bytes);
            Tensor tensor = new Tensor(entry.name, entry.type, entry.rows, entry.columns, bytes);
            if (tensors.put(entry.name, tensor) != null) {
                throw new ModelFormatException(where, "tensor " + entry.name + " appears twice");
            }
            dimensions.put(entry.name, entry.dimensions);
        }
        return tensors;
    }

    private Entry nextEntry(int alignment) {
        String name = text(cursor.nextString(TENSOR_NAME_BYTES_MAX, "tensor name"));
        int count = cursor.nextInt("dimension count of " + name);
        if (count < 1 || count > DIMENSIONS_MAX) {
            throw new ModelFormatException(where, "tensor " + name + " has "
                    + Integer.toUnsignedString(count) + " dimensions, expected 1 to " + DIMENSIONS_MAX);
        }
        long columns = nextDimension(name);
        List<Integer> dimensions = new ArrayList<>(List.of((int) columns));
        long rows = 1;
        for (int i = 1; i < count; i++) {
            long dimension = nextDimension(name);
            dimensions.add((int) dimension);
            rows = dimension * rows;
            if (rows > Integer.MAX_VALUE) {
                throw new ModelFormatException(where, "tensor " + name + " has " + rows + " rows or more, at most "
                        + Integer.MAX_VALUE);
            }
        }
        int typeId = cursor.nextInt("type of " + name);
        ElementType type = ElementType.ofGgufId(typeId).orElseThrow(() -> new ModelFormatException(
                where, "tensor " + name + " has ggml type " + Integer.toUnsignedString(typeId)
                        + ", supported are " + List.of(ElementType.values())));
        if (columns % type.blockElements() != 0) {
            throw new ModelFormatException(where, "tensor " + name + " has rows of " + columns
                    + " elements, expected a multiple of " + type.blockElements() + " for " + type);
        }
        long offset = cursor.nextLong("offset of " + name);
        if (offset < 0 || offset % alignment != 0) {
            throw new ModelFormatException(where, "tensor " + name + " starts at "
                    + Long.toUnsignedString(offset) + ", expected a multiple of " + alignment);
        }
        return new Entry(name, type, List.copyOf(dimensions), (int) rows, (int) columns, offset,
                bytes(name, type, rows, columns));
    }

    private long nextDimension(String name) {
        long dimension = cursor.nextLong("dimension of " + name);
        if (dimension < 1 || dimension > Integer.MAX_VALUE) {
            throw new ModelFormatException(where, "tensor " + name + " has a dimension of "
                    + Long.toUnsignedString(dimension) + ", expected 1 to " + Integer.MAX_VALUE);
        }
        return dimension;
    }

    private long bytes(String name, ElementType type, long rows, long columns) {
        try {
            return type.bytesOf(rows * columns);
        } catch (ArithmeticException tooLarge) {
            throw new ModelFormatException(
                    where, "tensor " + name + " of " + rows + " x " + columns + " " + type + " exceeds 2^63 bytes",
                    tooLarge);
        }
    }

    private void checkPlaces(List<Entry> entries, long weightBytes) {
        List<Entry> byOffset = new ArrayList<>(entries);
        byOffset.sort(Comparator.comparingLong(Entry::offset));
        long end = 0;
        for (Entry entry : byOffset) {
            if (entry.offset < end) {
                throw new ModelFormatException(where, "tensor " + entry.name + " at " + entry.offset
                        + " overlaps the one before it, which ends at " + end);
            }
            if (entry.bytes > weightBytes || entry.offset > weightBytes - entry.bytes) {
                throw new ModelFormatException(where, "tensor " + entry.name + " has " + entry.bytes
                        + " bytes at " + entry.offset + ", the file has " + weightBytes + " bytes of weights");
            }
            end = entry.offset + entry.bytes;
        }
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
