package quern.inference.format;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * Reads the header of one safetensors file: its length in eight bytes, then JSON with a type, dimensions and a range of
 * bytes per tensor. The ranges must fill the rest of the file exactly, one after the other.
 */
public final class SafetensorsReader {

    private static final int HEADER_BYTES_MAX = 1 << 24;
    private static final int TENSORS_MAX = 1 << 16;
    private static final int NAME_CHARS_MAX = 512;
    private static final int DIMENSIONS_MAX = 8;
    private static final long ELEMENTS_MAX = 1L << 48;
    private static final Map<String, ElementType> TYPES =
            Map.of("F32", ElementType.F32, "F16", ElementType.F16, "BF16", ElementType.BF16);

    /** @param type null if the tensor is not wanted */
    private record Entry(String name, ElementType type, int rows, int columns, long from, long to) {}

    private final String where;
    private final MemorySegment header;
    private final MemorySegment weights;
    private final Predicate<String> unwanted;
    private final List<Entry> entries = new ArrayList<>();

    private SafetensorsReader(MemorySegment file, String where, Predicate<String> unwanted) {
        this.where = where;
        this.unwanted = unwanted;
        SegmentCursor cursor = new SegmentCursor(file, where);
        this.header = cursor.nextString(HEADER_BYTES_MAX, "header");
        this.weights = file.asSlice(cursor.position());
    }

    /** Views of the tensors by their names in the file. */
    public static Map<String, Tensor> read(MemorySegment file, String where) {
        return read(file, where, name -> false);
    }

    /** @param unwanted names of tensors to leave out, whatever their type */
    static Map<String, Tensor> read(MemorySegment file, String where, Predicate<String> unwanted) {
        return new SafetensorsReader(file, where, unwanted).read();
    }

    private Map<String, Tensor> read() {
        try (JsonParser json = JsonFiles.MAPPER.createParser(header.toArray(ValueLayout.JAVA_BYTE))) {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    json.skipChildren();
                } else {
                    readEntry(name, json);
                }
            }
            if (json.nextToken() != null) {
                throw new ModelFormatException(where, "header goes on after its object");
            }
        } catch (JacksonException malformed) {
            throw new ModelFormatException(where, "header is no JSON: " + malformed.getOriginalMessage(), malformed);
        } catch (IOException impossible) {
            throw new ModelFormatException(where, "header cannot be read", impossible);
        }
        return tensors();
    }

    private void readEntry(String name, JsonParser json) throws IOException {
        if (entries.size() == TENSORS_MAX || name.length() > NAME_CHARS_MAX) {
            throw new ModelFormatException(where, "more than " + TENSORS_MAX + " tensors or a name of more than "
                    + NAME_CHARS_MAX + " characters");
        }
        expect(json.currentToken(), JsonToken.START_OBJECT, name);
        String type = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> type = json.getText();
                case "shape" -> shape = numbers(name, json, DIMENSIONS_MAX);
                case "data_offsets" -> offsets = numbers(name, json, 2);
                default -> throw new ModelFormatException(where, "tensor " + name + " has a field " + field
                        + ", expected dtype, shape and data_offsets");
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw new ModelFormatException(where, "tensor " + name + " lacks dtype, shape or two data_offsets");
        }
        entries.add(entry(name, type, shape, offsets));
    }

    private Entry entry(String name, String typeName, long[] shape, long[] offsets) {
        if (unwanted.test(name) && offsets[0] <= offsets[1]) {
            return new Entry(name, null, 0, 0, offsets[0], offsets[1]);
        }
        ElementType type = TYPES.get(typeName);
        if (type == null) {
            throw new ModelFormatException(
                    where, "tensor " + name + " has type " + typeName + ", supported are F32, F16 and BF16");
        }
        long columns = shape.length == 0 ? 1 : shape[shape.length - 1];
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i];
            if (rows < 1 || rows > Integer.MAX_VALUE) {
                throw new ModelFormatException(where, "tensor " + name + " has " + rows + " rows or more");
            }
        }
        if (rows * columns > ELEMENTS_MAX) {
            throw new ModelFormatException(where, "tensor " + name + " has " + rows + " x " + columns
                    + " elements, at most " + ELEMENTS_MAX);
        }
        long bytes = type.bytesOf(rows * columns);
        if (columns < 1 || offsets[1] - offsets[0] != bytes) {
            throw new ModelFormatException(where, "tensor " + name + " of " + rows + " x " + columns + " " + type
                    + " has " + (offsets[1] - offsets[0]) + " bytes, expected " + bytes);
        }
        return new Entry(name, type, (int) rows, (int) columns, offsets[0], offsets[1]);
    }

    /** Numbers from 0 to 2^31 - 1 for dimensions, to 2^62 for offsets; products of two then fit a long. */
    private long[] numbers(String name, JsonParser json, int countMax) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY, name);
        List<Long> numbers = new ArrayList<>();
        long largest = countMax == 2 ? 1L << 62 : Integer.MAX_VALUE;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, name);
            long number = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : json.getLongValue();
            if (number < 0 || number > largest || numbers.size() == countMax) {
                throw new ModelFormatException(where, "tensor " + name + " has " + json.getText()
                        + " among its numbers, expected at most " + countMax + " from 0 to " + largest);
            }
            numbers.add(number);
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private Map<String, Tensor> tensors() {
        entries.sort(Comparator.comparingLong(Entry::from));
        long end = 0;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (entry.from != end || entry.to > weights.byteSize()) {
                throw new ModelFormatException(where, "tensor " + entry.name + " has bytes " + entry.from + " to "
                        + entry.to + ", expected a start at " + end + " and an end up to " + weights.byteSize());
            }
            end = entry.to;
            if (entry.type == null) {
                continue;
            }
            MemorySegment bytes = weights.asSlice(entry.from, entry.to - entry.from);
            tensors.put(entry.name, new Tensor(entry.name, entry.type, entry.rows, entry.columns, bytes));
        }
        if (end != weights.byteSize()) {
            throw new ModelFormatException(where, "has " + weights.byteSize() + " bytes of weights, its tensors "
                    + end);
        }
        return tensors;
    }

    private void expect(JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            throw new ModelFormatException(where, what + " holds " + found + ", expected " + expected);
        }
    }
}
