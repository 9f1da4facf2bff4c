package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.QuantizedRows;

/**
 * A tile of cached tokens as floats. Tiles have the tokens of a block where sections consist of whole blocks, so that
 * a head's keys or values come with one copy. One instance, one thread; each read overwrites the one before.
 */
final class KvTiles {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VectorSpecies<Byte> BYTES =
            F.length() == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final int UNIT = 16;
    private static final int ODD_TOKENS = 32;

    private final KvLayout layout;
    private final int size;
    private final int tokens;
    private final int valueStride;
    private final float[] floats;
    private final short[] halves;
    private final byte[] bytes;
    private final float[] scales;

    KvTiles(KvLayout layout) {
        this.layout = layout;
        this.size = layout.headSize();
        this.tokens = tokensOf(layout);
        this.valueStride = valueStrideOf(layout);
        int elements = tokens * valueStride;
        this.floats = new float[elements];
        this.halves = new short[layout.elementBytes() == 2 ? elements : 0];
        this.bytes = new byte[layout.elementBytes() == 1 ? elements : 0];
        this.scales = new float[tokens * layout.runs()];
    }

    private static int tokensOf(KvLayout layout) {
        int block = layout.blockTokens();
        return block % UNIT == 0 && AttentionRule.SECTION_TOKENS % block == 0 ? block : ODD_TOKENS;
    }

    /** Floats from one token's values to the next, a multiple of 16. */
    static int valueStrideOf(KvLayout layout) {
        return Math.ceilDiv(layout.headSize(), UNIT) * UNIT;
    }

    KvLayout layout() {
        return layout;
    }

    /** Tokens of a tile, a multiple of 16 and a divisor of a section. */
    int tokens() {
        return tokens;
    }

    /** What was read last: keys as {@code [element][tokens()]}, values as {@code [token][valueStride]}. */
    float[] floats() {
        return floats;
    }

    /** Keys of positions {@code from} to {@code to - 1}, at most a tile; the tile's other tokens may be anything. */
    void readKeys(MemorySegment[] blocks, int from, int to, int layer, int kvHead) {
        long at = layout.keysOffset(layer, kvHead);
        int blockTokens = layout.blockTokens();
        for (int p = from, n; p < to; p += n) {
            MemorySegment block = blocks[p / blockTokens];
            int token = p % blockTokens;
            n = Math.min(blockTokens - token, to - p);
            if (tokens == blockTokens) {
                copy(block, at, 0, 0, size * tokens);
                copyScales(block, at, 0, 0, layout.runs() * tokens);
                continue;
            }
            for (int i = 0; i < size; i++) {
                copy(block, at, i * blockTokens + token, i * tokens + p - from, n);
            }
            for (int run = 0; run < layout.runs(); run++) {
                copyScales(block, at, run * blockTokens + token, run * tokens + p - from, n);
            }
        }
        if (halves.length > 0) {
            PanelReader.halves(halves, 0, size * tokens, floats);
        } else if (bytes.length > 0) {
            scaleKeys(bytes, scales, size, tokens, floats);
        }
    }

    /** Values of positions {@code from} to {@code to - 1}, at most a tile. */
    void readValues(MemorySegment[] blocks, int from, int to, int layer, int kvHead) {
        long at = layout.valuesOffset(layer, kvHead);
        int blockTokens = layout.blockTokens();
        for (int p = from, n; p < to; p += n) {
            MemorySegment block = blocks[p / blockTokens];
            int token = p % blockTokens;
            n = Math.min(blockTokens - token, to - p);
            copy(block, at, token * size, (p - from) * size, n * size);
            copyScales(block, at, token * layout.runs(), (p - from) * layout.runs(), n * layout.runs());
        }
        int count = to - from;
        if (halves.length > 0) {
            PanelReader.halves(halves, 0, count * size, floats);
        } else if (bytes.length > 0) {
            scaleValues(bytes, scales, count * layout.runs(), floats);
        }
        for (int token = count - 1; token > 0 && valueStride > size; token--) {
            System.arraycopy(floats, token * size, floats, token * valueStride, size);
        }
    }

    private void copy(MemorySegment block, long at, int index, int to, int count) {
        switch (layout.type()) {
            case F32 -> MemorySegment.copy(block, FLOAT, at + 4L * index, floats, to, count);
            case F16 -> MemorySegment.copy(block, SHORT, at + 2L * index, halves, to, count);
            default -> MemorySegment.copy(block, ValueLayout.JAVA_BYTE, at + index, bytes, to, count);
        }
    }

    private void copyScales(MemorySegment block, long at, int index, int to, int count) {
        if (count > 0) {
            MemorySegment.copy(block, FLOAT, at + layout.scalesOffset() + 4L * index, scales, to, count);
        }
    }

    private static void scaleKeys(byte[] codes, float[] scales, int size, int tokens, float[] out) {
        for (int token = 0; token < tokens; token += F.length()) {
            for (int run = 0; run < size / QuantizedRows.BLOCK; run++) {
                int first = run * QuantizedRows.BLOCK * tokens + token;
                scaleColumn(codes, first, tokens, QuantizedRows.BLOCK, scales, run * tokens + token, out);
            }
        }
    }

    /** One vector of tokens: {@code count} elements, {@code stride} from one to the next. */
    private static void scaleColumn(
            byte[] codes, int first, int stride, int count, float[] scales, int scalesAt, float[] out) {
        FloatVector scale = FloatVector.fromArray(F, scales, scalesAt);
        for (int i = 0; i < count; i++) {
            floats(codes, first + i * stride).mul(scale).intoArray(out, first + i * stride);
        }
    }

    private static void scaleValues(byte[] codes, float[] scales, int runs, float[] out) {
        for (int i = 0; i < runs * QuantizedRows.BLOCK; i += F.length()) {
            floats(codes, i).mul(FloatVector.broadcast(F, scales[i / QuantizedRows.BLOCK])).intoArray(out, i);
        }
    }

    private static FloatVector floats(byte[] codes, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, codes, at).convertShape(VectorOperators.B2F, F, 0);
    }
}
