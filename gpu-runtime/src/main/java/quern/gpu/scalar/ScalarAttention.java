package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;

/**
 * Attention over paged keys and values. Per row and head: all scores, their largest, {@code p = exp(score - largest)},
 * the weighted values in order of position, then one division by the sum of p, in which a position outside the window
 * counts as 0.
 */
final class ScalarAttention {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScalarAttention() {}

    static void store(Rows keys, Rows values, int count, KvRows kv, int layer) {
        KvLayout layout = kv.layout();
        int size = layout.headSize();
        for (int t = 0; t < count; t++) {
            MemorySegment block = block(kv, t, kv.positions()[t]);
            int token = kv.positions()[t] % layout.blockTokens();
            for (int head = 0; head < layout.kvHeads(); head++) {
                write(keys, keys.at(t) + head * size, block, layout.keyOffset(layer, head, token), layout);
                write(values, values.at(t) + head * size, block, layout.valueOffset(layer, head, token), layout);
            }
        }
    }

    private static void write(Rows from, int at, MemorySegment block, long offset, KvLayout layout) {
        for (int i = 0; i < layout.headSize(); i++) {
            float x = from.values()[at + i];
            if (layout.type() == ElementType.F32) {
                block.set(FLOAT, offset + 4L * i, x);
            } else {
                block.set(SHORT, offset + 2L * i, Float.floatToFloat16(x));
            }
        }
    }

    private static void read(MemorySegment block, long offset, KvLayout layout, float[] out) {
        for (int i = 0; i < layout.headSize(); i++) {
            out[i] = layout.type() == ElementType.F32
                    ? block.get(FLOAT, offset + 4L * i)
                    : Float.float16ToFloat(block.get(SHORT, offset + 2L * i));
        }
    }

    private static MemorySegment block(KvRows kv, int row, int position) {
        return kv.blocks()[row][position / kv.layout().blockTokens()];
    }

    /** One row and one query head. */
    static void head(
            Rows queries, int row, int head, int headCount, AttentionRule rule, KvRows kv, int layer, Rows out) {
        KvLayout layout = kv.layout();
        int size = layout.headSize();
        int kvHead = head / (headCount / layout.kvHeads());
        int at = queries.at(row) + head * size;
        int length = kv.positions()[row] + 1;
        int first = rule.firstOf(length - 1);
        float[] vector = new float[size];
        float[] weights = new float[length];
        float largest = Float.NEGATIVE_INFINITY;
        for (int p = first; p < length; p++) {
            read(block(kv, row, p), layout.keyOffset(layer, kvHead, p % layout.blockTokens()), layout, vector);
            weights[p] = FloatMath.dot(queries.values(), at, vector, 0, size) * rule.scale();
            if (rule.softcap() > 0) {
                weights[p] = FloatMath.softcap(weights[p], rule.softcap());
            }
            largest = Math.max(largest, weights[p]);
        }
        float[] sums = new float[size];
        for (int p = first; p < length; p++) {
            weights[p] = FloatMath.exp(weights[p] - largest);
            read(block(kv, row, p), layout.valueOffset(layer, kvHead, p % layout.blockTokens()), layout, vector);
            for (int i = 0; i < size; i++) {
                sums[i] = Math.fma(weights[p], vector[i], sums[i]);
            }
        }
        float inverse = 1f / FloatMath.sum(weights, 0, length);
        for (int i = 0; i < size; i++) {
            out.values()[at + i] = sums[i] * inverse;
        }
    }
}
