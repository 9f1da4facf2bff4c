package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/**
 * Attention over paged keys and values. Per row, head and section of {@link AttentionRule#SECTION_TOKENS} positions:
 * scores as sums over the head's elements in their order, the largest score, {@code p = exp(score - largest)}, the sum
 * of p, in which a position that the row does not see counts as 0, and the weighted values in order of position. The
 * sections are merged in order; at the end comes one division by the sum of p.
 */
final class ScalarAttention {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What is known of a row and head after some sections; {@code values} are weighted sums. */
    private record Part(float largest, float sum, float[] values) {

        /** This part's positions, then {@code next}'s. */
        Part then(Part next) {
            float both = Math.max(largest, next.largest);
            float factor = FloatMath.exp(largest - both);
            float nextFactor = FloatMath.exp(next.largest - both);
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.fma(next.values[i], nextFactor, values[i] * factor);
            }
            return new Part(both, Math.fma(next.sum, nextFactor, sum * factor), values);
        }
    }

    private final Rows queries;
    private final int headCount;
    private final AttentionRule rule;
    private final KvRows kv;
    private final KvLayout layout;
    private final int layer;

    ScalarAttention(Rows queries, int headCount, AttentionRule rule, KvRows kv, int layer) {
        this.queries = queries;
        this.headCount = headCount;
        this.rule = rule;
        this.kv = kv;
        this.layout = kv.layout();
        this.layer = layer;
    }

    /** One row and one query head. */
    void head(int row, int head, Rows out) {
        int length = kv.positions()[row] + 1;
        int first = rule.firstOf(length - 1);
        int section = AttentionRule.SECTION_TOKENS;
        Part all = null;
        for (int from = first; from < length; from = from / section * section + section) {
            Part part = section(row, head, from, Math.min(length, from / section * section + section));
            all = all == null ? part : all.then(part);
        }
        float inverse = 1f / all.sum;
        int at = out.at(row) + head * layout.headSize();
        for (int i = 0; i < layout.headSize(); i++) {
            out.values()[at + i] = all.values[i] * inverse;
        }
    }

    /** The positions {@code from} to {@code to - 1}, all of one section. */
    private Part section(int row, int head, int from, int to) {
        int size = layout.headSize();
        int kvHead = head / (headCount / layout.kvHeads());
        int at = queries.at(row) + head * size;
        float[] vector = new float[size];
        float[] weights = new float[AttentionRule.SECTION_TOKENS];
        float largest = Float.NEGATIVE_INFINITY;
        for (int p = from; p < to; p++) {
            key(block(kv, row, p), kvHead, p % layout.blockTokens(), vector);
            float score = product(queries.values(), at, vector) * rule.scale();
            score = rule.softcap() > 0 ? FloatMath.softcap(score, rule.softcap()) : score;
            weights[p % weights.length] = score;
            largest = Math.max(largest, score);
        }
        float[] values = new float[size];
        for (int p = from; p < to; p++) {
            float weight = FloatMath.exp(weights[p % weights.length] - largest);
            weights[p % weights.length] = weight;
            value(block(kv, row, p), kvHead, p % layout.blockTokens(), vector);
            for (int i = 0; i < size; i++) {
                values[i] = Math.fma(weight, vector[i], values[i]);
            }
        }
        return new Part(largest, FloatMath.sum(weights, 0, weights.length), values);
    }

    private static float product(float[] query, int at, float[] key) {
        float sum = 0;
        for (int i = 0; i < key.length; i++) {
            sum = Math.fma(query[at + i], key[i], sum);
        }
        return sum;
    }

    private static MemorySegment block(KvRows kv, int row, int position) {
        return kv.blocks()[row][position / kv.layout().blockTokens()];
    }

    private void key(MemorySegment block, int kvHead, int token, float[] out) {
        long at = layout.keysOffset(layer, kvHead);
        for (int i = 0; i < out.length; i++) {
            int scale = i / QuantizedRows.BLOCK * layout.blockTokens() + token;
            out[i] = element(block, at, i * layout.blockTokens() + token, scale);
        }
    }

    private void value(MemorySegment block, int kvHead, int token, float[] out) {
        long at = layout.valuesOffset(layer, kvHead);
        for (int i = 0; i < out.length; i++) {
            int scale = token * layout.runs() + i / QuantizedRows.BLOCK;
            out[i] = element(block, at, token * layout.headSize() + i, scale);
        }
    }

    private float element(MemorySegment block, long at, int index, int scale) {
        return switch (layout.type()) {
            case F32 -> block.get(FLOAT, at + 4L * index);
            case F16 -> Float.float16ToFloat(block.get(SHORT, at + 2L * index));
            default -> block.get(ValueLayout.JAVA_BYTE, at + index)
                    * block.get(FLOAT, at + layout.scalesOffset() + 4L * scale);
        };
    }

    static void store(Rows keys, Rows values, int count, KvRows kv, int layer) {
        KvLayout layout = kv.layout();
        int size = layout.headSize();
        int tokens = layout.blockTokens();
        for (int t = 0; t < count; t++) {
            MemorySegment block = block(kv, t, kv.positions()[t]);
            int token = kv.positions()[t] % tokens;
            for (int head = 0; head < layout.kvHeads(); head++) {
                float[] key = row(keys, keys.at(t) + head * size, size);
                float[] value = row(values, values.at(t) + head * size, size);
                write(key, block, layout, layout.keysOffset(layer, head), token, tokens, token, tokens);
                write(value, block, layout, layout.valuesOffset(layer, head), token * size, 1,
                        token * layout.runs(), 1);
            }
        }
    }

    private static float[] row(Rows rows, int from, int size) {
        return Arrays.copyOfRange(rows.values(), from, from + size);
    }

    /**
     * @param first index of the first element, {@code stride} the step to the next
     * @param firstScale index of the first run's scale, {@code scaleStride} the step to the next
     */
    private static void write(
            float[] vector, MemorySegment block, KvLayout layout, long at, int first, int stride, int firstScale,
            int scaleStride) {
        QuantizedRows quantized = new QuantizedRows(1, layout.runs() * QuantizedRows.BLOCK);
        for (int run = 0; run < layout.runs(); run++) {
            ScalarKernels.quantize(vector, run * QuantizedRows.BLOCK, QuantizedRows.BLOCK, quantized, run);
            long scale = at + layout.scalesOffset() + 4L * (firstScale + run * scaleStride);
            block.set(FLOAT, scale, quantized.scales()[run]);
        }
        for (int i = 0; i < vector.length; i++) {
            int index = first + i * stride;
            switch (layout.type()) {
                case F32 -> block.set(FLOAT, at + 4L * index, vector[i]);
                case F16 -> block.set(SHORT, at + 2L * index, Float.floatToFloat16(vector[i]));
                default -> block.set(ValueLayout.JAVA_BYTE, at + index, quantized.values()[i]);
            }
        }
    }
}
