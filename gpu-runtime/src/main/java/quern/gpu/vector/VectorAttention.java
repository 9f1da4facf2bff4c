package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;

/**
 * Attention of a few consecutive rows of one sequence over one KV head, on one thread. Each block's keys, then its
 * values, are read once as floats and used by all these rows and all query heads that share the KV head.
 */
final class VectorAttention {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Rows queries;
    private final Rows out;
    private final KvRows kv;
    private final KvLayout layout;
    private final int layer;
    private final AttentionRule rule;
    private final int kvHead;
    private final int group;
    private final int rowFrom;
    private final int rowTo;
    private final int length;
    /** Start of the first block that any of the rows sees. */
    private final int begin;
    /** Floats between the scores of one (row, head) and the next: a multiple of 16. */
    private final int stride;
    private final float[] scores;
    private final float[] sums;
    private final float[] block;
    private final short[] halves;

    /** @param group query heads per KV head */
    VectorAttention(
            Rows queries, int rowFrom, int rowTo, int kvHead, int group, AttentionRule rule, KvRows kv, int layer,
            Rows out) {
        this.queries = queries;
        this.out = out;
        this.kv = kv;
        this.layout = kv.layout();
        this.layer = layer;
        this.rule = rule;
        this.kvHead = kvHead;
        this.group = group;
        this.rowFrom = rowFrom;
        this.rowTo = rowTo;
        int largest = 0;
        int earliest = Integer.MAX_VALUE;
        for (int t = rowFrom; t < rowTo; t++) {
            largest = Math.max(largest, kv.positions()[t]);
            earliest = Math.min(earliest, rule.firstOf(kv.positions()[t]));
        }
        this.begin = earliest / layout.blockTokens() * layout.blockTokens();
        this.length = largest + 1;
        this.stride = Math.ceilDiv(length, 16) * 16;
        int rows = (rowTo - rowFrom) * group;
        this.scores = new float[Math.multiplyExact(rows, stride)];
        this.sums = new float[rows * layout.headSize()];
        this.block = new float[layout.blockTokens() * layout.headSize()];
        this.halves = new short[layout.type() == ElementType.F16 ? block.length : 0];
    }

    void run() {
        int blockTokens = layout.blockTokens();
        MemorySegment[] blocks = kv.blocks()[rowFrom];
        for (int first = begin; first < length; first += blockTokens) {
            int tokens = Math.min(blockTokens, length - first);
            read(blocks[first / blockTokens], layout.keyOffset(layer, kvHead, 0), tokens, layout, block, halves);
            addScores(first, tokens);
        }
        float[] inverses = new float[(rowTo - rowFrom) * group];
        for (int i = 0; i < inverses.length; i++) {
            int position = kv.positions()[rowFrom + i / group];
            int seen = rule.firstOf(position);
            if (rule.softcap() > 0) {
                RowKernels.softcap(scores, i * stride + seen, position + 1 - seen, rule.softcap());
            }
            inverses[i] = 1f / softmax(scores, i * stride, seen, position + 1, stride);
        }
        for (int first = begin; first < length; first += blockTokens) {
            int tokens = Math.min(blockTokens, length - first);
            read(blocks[first / blockTokens], layout.valueOffset(layer, kvHead, 0), tokens, layout, block, halves);
            addValues(first, tokens);
        }
        write(inverses);
    }

    private static void read(
            MemorySegment from, long offset, int tokens, KvLayout layout, float[] out, short[] halves) {
        int elements = tokens * layout.headSize();
        if (layout.type() == ElementType.F32) {
            MemorySegment.copy(from, FLOAT, offset, out, 0, elements);
        } else {
            MemorySegment.copy(from, SHORT, offset, halves, 0, elements);
            PanelReader.halves(halves, 0, elements, out);
        }
    }

    private void addScores(int first, int tokens) {
        int size = layout.headSize();
        for (int t = rowFrom; t < rowTo; t++) {
            int used = Math.min(tokens, kv.positions()[t] + 1 - first);
            for (int head = 0; head < group && used > 0; head++) {
                int q = queries.at(t) + (kvHead * group + head) * size;
                int to = ((t - rowFrom) * group + head) * stride + first;
                int p = 0;
                for (; size % 16 == 0 && p + 4 <= used; p += 4) {
                    dot4(queries.values(), q, block, p * size, size, rule.scale(), scores, to + p);
                }
                for (; p < used; p++) {
                    scores[to + p] = RowKernels.dot(queries.values(), q, block, p * size, size) * rule.scale();
                }
            }
        }
    }

    /** Four scores; {@code size} is a multiple of 16. */
    private static void dot4(
            float[] q, int qFrom, float[] keys, int from, int size, float scale, float[] scores, int to) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        for (int i = 0; i < size; i += 16) {
            FloatVector lower = FloatVector.fromArray(F, q, qFrom + i);
            FloatVector upper = FloatVector.fromArray(F, q, qFrom + i + 8);
            int k = from + i;
            a0 = lower.fma(FloatVector.fromArray(F, keys, k), a0);
            b0 = upper.fma(FloatVector.fromArray(F, keys, k + 8), b0);
            a1 = lower.fma(FloatVector.fromArray(F, keys, k + size), a1);
            b1 = upper.fma(FloatVector.fromArray(F, keys, k + size + 8), b1);
            a2 = lower.fma(FloatVector.fromArray(F, keys, k + 2 * size), a2);
            b2 = upper.fma(FloatVector.fromArray(F, keys, k + 2 * size + 8), b2);
            a3 = lower.fma(FloatVector.fromArray(F, keys, k + 3 * size), a3);
            b3 = upper.fma(FloatVector.fromArray(F, keys, k + 3 * size + 8), b3);
        }
        scores[to] = EightLanes.total(a0, b0) * scale;
        scores[to + 1] = EightLanes.total(a1, b1) * scale;
        scores[to + 2] = EightLanes.total(a2, b2) * scale;
        scores[to + 3] = EightLanes.total(a3, b3) * scale;
    }

    /**
     * Scores become exp(score - largest) in place; gives their sum. What lies before {@code seen} and beyond
     * {@code used} adds zeros.
     */
    private static float softmax(float[] scores, int from, int seen, int used, int stride) {
        Arrays.fill(scores, from, from + seen, Float.NEGATIVE_INFINITY);
        Arrays.fill(scores, from + used, from + stride, Float.NEGATIVE_INFINITY);
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = from + seen; i < from + used; i++) {
            largest = Math.max(largest, scores[i]);
        }
        int padded = Math.ceilDiv(used, 16) * 16;
        for (int i = from; i < from + padded; i++) {
            scores[i] -= largest;
        }
        Lanes.exp(scores, from, padded);
        return Lanes.sum(scores, from, padded);
    }

    private void addValues(int first, int tokens) {
        int size = layout.headSize();
        for (int t = rowFrom; t < rowTo; t++) {
            int used = Math.min(tokens, kv.positions()[t] + 1 - first);
            int skipped = Math.clamp(rule.firstOf(kv.positions()[t]) - first, 0, tokens);
            for (int head = 0; head < group && used > 0; head++) {
                int i = (t - rowFrom) * group + head;
                addWeighted(scores, i * stride + first, skipped, used, block, size, sums, i * size);
            }
        }
    }

    /** {@code sums[d] += sum over skipped <= p < used of weights[p] * values[p][d]}, in order of p. */
    private static void addWeighted(
            float[] weights, int from, int skipped, int used, float[] values, int size, float[] sums, int to) {
        int d = 0;
        for (; d + 32 <= size; d += 32) {
            FloatVector a = FloatVector.fromArray(F, sums, to + d);
            FloatVector b = FloatVector.fromArray(F, sums, to + d + 8);
            FloatVector c = FloatVector.fromArray(F, sums, to + d + 16);
            FloatVector e = FloatVector.fromArray(F, sums, to + d + 24);
            for (int p = skipped; p < used; p++) {
                FloatVector weight = FloatVector.broadcast(F, weights[from + p]);
                int at = p * size + d;
                a = weight.fma(FloatVector.fromArray(F, values, at), a);
                b = weight.fma(FloatVector.fromArray(F, values, at + 8), b);
                c = weight.fma(FloatVector.fromArray(F, values, at + 16), c);
                e = weight.fma(FloatVector.fromArray(F, values, at + 24), e);
            }
            a.intoArray(sums, to + d);
            b.intoArray(sums, to + d + 8);
            c.intoArray(sums, to + d + 16);
            e.intoArray(sums, to + d + 24);
        }
        for (; d + 8 <= size; d += 8) {
            FloatVector a = FloatVector.fromArray(F, sums, to + d);
            for (int p = skipped; p < used; p++) {
                a = FloatVector.fromArray(F, values, p * size + d)
                        .fma(FloatVector.broadcast(F, weights[from + p]), a);
            }
            a.intoArray(sums, to + d);
        }
        for (; d < size; d++) {
            for (int p = skipped; p < used; p++) {
                sums[to + d] = Math.fma(weights[from + p], values[p * size + d], sums[to + d]);
            }
        }
    }

    private void write(float[] inverses) {
        int size = layout.headSize();
        for (int i = 0; i < inverses.length; i++) {
            int to = out.at(rowFrom + i / group) + (kvHead * group + i % group) * size;
            for (int d = 0; d < size; d++) {
                out.values()[to + d] = sums[i * size + d] * inverses[i];
            }
        }
    }

    /** Stores row {@code t}'s keys and values in its block. */
    static void store(Rows keys, Rows values, int t, KvRows kv, int layer) {
        KvLayout layout = kv.layout();
        int size = layout.headSize();
        int token = kv.positions()[t] % layout.blockTokens();
        MemorySegment block = kv.blocks()[t][kv.positions()[t] / layout.blockTokens()];
        short[] halves = new short[layout.type() == ElementType.F16 ? size : 0];
        for (int head = 0; head < layout.kvHeads(); head++) {
            int at = keys.at(t) + head * size;
            write(keys.values(), at, size, block, layout.keyOffset(layer, head, token), halves);
            write(values.values(), at, size, block, layout.valueOffset(layer, head, token), halves);
        }
    }

    private static void write(float[] from, int at, int size, MemorySegment block, long offset, short[] halves) {
        if (halves.length == 0) {
            MemorySegment.copy(from, at, block, FLOAT, offset, size);
            return;
        }
        for (int i = 0; i < size; i++) {
            halves[i] = Float.floatToFloat16(from[at + i]);
        }
        MemorySegment.copy(halves, 0, block, SHORT, offset, size);
    }
}
