package quern.inference.transformer;

import java.util.HashMap;
import java.util.Map;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/** Buffers of a forward pass, kept from step to step and grown to the largest step seen, in powers of two. */
public final class RowScratch {

    private record Key(String use, int width) {}

    private final Map<Key, Rows> rows = new HashMap<>();
    private final Map<Integer, QuantizedRows> quantized = new HashMap<>();

    /** At least {@code count} rows; the same buffer each time for one use and width, its content undefined. */
    public Rows rows(String use, int count, int width) {
        Key key = new Key(use, width);
        Rows known = rows.get(key);
        if (known == null || known.count() < count) {
            known = new Rows(capacity(count), width);
            rows.put(key, known);
        }
        return known;
    }

    /** The same for 8-bit activations. */
    public QuantizedRows quantized(int count, int width) {
        QuantizedRows known = quantized.get(width);
        if (known == null || known.count() < count) {
            known = new QuantizedRows(capacity(count), width);
            quantized.put(width, known);
        }
        return known;
    }

    private static int capacity(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }
}
