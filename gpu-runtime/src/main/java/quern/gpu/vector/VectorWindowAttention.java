package quern.gpu.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.GemmPanels.Packed;

/**
 * Causal attention of a window of a packed batch, and its gradient. One part is what the window holds of one example,
 * and one KV head. Queries are taken as many at a time as a tile has lanes; their scores lie key by key with the
 * queries in the lanes, which is at once the packed form of the next product, and makes each query's softmax a column
 * of its own: no sum crosses lanes. Probabilities are not kept but computed again for the gradient (Dao et al.,
 * FlashAttention, arXiv 2205.14135).
 */
final class VectorWindowAttention {

    private static final VectorSpecies<Float> F = Lanes.F;
    private static final int LANES = F.length();

    private final ComputeTeam team;
    private final GemmPanels panels;
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    VectorWindowAttention(ComputeTeam team, GemmPanels panels) {
        this.team = team;
        this.panels = panels;
    }

    /** Queries from the window's first row on, keys and values from the batch's. */
    record Inputs(Rows q, Rows k, Rows v) {}

    /** What {@link #forward} left: outputs and each query's log of the softmax denominator. */
    record Outputs(Rows out, Rows logSumExp) {}

    /** Gradients: that of the queries is overwritten, the others are added to. */
    record Gradients(Rows dq, Rows dk, Rows dv) {}

    void forward(AttentionWindow window, Inputs in, Outputs outputs) {
        List<Part> parts = parts(window, in.q.width() / window.heads());
        team.run(parts.size(), part -> forward(parts.get(part), in, outputs, scratch.get()));
    }

    void gradient(AttentionWindow window, Inputs in, Outputs outputs, Rows dOut, Gradients gradients) {
        List<Part> parts = parts(window, in.q.width() / window.heads());
        team.run(parts.size(), part -> gradient(parts.get(part), in, outputs, dOut, gradients, scratch.get()));
    }

    private static List<Part> parts(AttentionWindow window, int headSize) {
        List<Part> parts = new ArrayList<>();
        int[] starts = window.segmentFrom();
        for (int t = window.from(); t < window.to();) {
            int end = t + 1;
            while (end < window.to() && starts[end] == starts[t]) {
                end++;
            }
            for (int kvHead = 0; kvHead < window.kvHeads(); kvHead++) {
                parts.add(new Part(window, headSize, starts[t], t - starts[t], end - starts[t], kvHead));
            }
            t = end;
        }
        return parts;
    }

    /**
     * Queries of one example, and one KV head with the query heads that share it.
     *
     * @param from the example's first row in the batch
     * @param first query, counted from there
     * @param length one past the last query, so the number of keys
     */
    private record Part(AttentionWindow window, int headSize, int from, int first, int length, int kvHead) {
        int kv() {
            return kvHead * headSize;
        }

        int head(int member) {
            return kvHead * window.groupHeads() + member;
        }

        int query(int member) {
            return head(member) * headSize;
        }

        /** Row of query {@code q} in what begins at the window. */
        int row(int q) {
            return from + q - window.from();
        }

        /** One past the last query of the block that {@code q} is in. */
        int blockEnd(int q) {
            int row = from + q;
            return Math.min(length, q + AttentionWindow.BLOCK - row % AttentionWindow.BLOCK);
        }
    }

    /** One thread's panels; grown to the longest segment seen. */
    private static final class Scratch {
        float[] keys = new float[0];
        float[] keysTurned = keys;
        float[] values = keys;
        float[] valuesTurned = keys;
        float[] scores = keys;
        float[] scoreGradients = keys;
        float[] turned = keys;
        float[] queries = keys;
        float[] outGradients = keys;
        float[] straight = keys;
        float[] result = keys;
        float[] row = keys;
        float[] edge = keys;

        void reserve(GemmPanels panels, int length, int headSize) {
            int perKey = panels.packedTokens(length, headSize);
            int perElement = panels.packedTokens(headSize, length);
            keys = atLeast(keys, perKey);
            valuesTurned = atLeast(valuesTurned, perKey);
            values = atLeast(values, perElement);
            keysTurned = atLeast(keysTurned, perElement);
            scores = atLeast(scores, panels.packedWeights(panels.rows, length + panels.tokens));
            scoreGradients = atLeast(scoreGradients, scores.length);
            turned = atLeast(turned, panels.packedTokens(length, panels.rows));
            queries = atLeast(queries, panels.packedWeights(panels.rows, headSize));
            outGradients = atLeast(outGradients, queries.length);
            straight = atLeast(straight, panels.packedWeights(headSize, panels.rows));
            result = atLeast(result, panels.packedTokens(headSize, panels.rows));
            row = atLeast(row, 2 * panels.rows);
            edge = atLeast(edge, panels.rows * panels.tokens);
        }

        private static float[] atLeast(float[] present, int needed) {
            return present.length >= needed ? present : new float[needed];
        }
    }

    private void forward(Part s, Inputs in, Outputs outputs, Scratch scratch) {
        int size = s.headSize;
        scratch.reserve(panels, s.length, size);
        packKeys(s, in.k, scratch.keys);
        packElements(s, in.v, scratch.values);
        for (int member = 0; member < s.window.groupHeads(); member++) {
            for (int q = s.first; q < s.length; q += panels.rows) {
                int used = Math.min(panels.rows, s.length - q);
                int keys = q + used;
                scores(s, in.q, member, q, used, scratch);
                softmax(scratch.scores, q, keys, s.window.scale(), scratch.row);
                panels.multiply(
                        new Packed(scratch.scores, 0, keys), panels.rows, new Packed(scratch.values, 0, s.length),
                        size, keys, scratch.result, 0, panels.rows, false, scratch.edge);
                for (int i = 0; i < used; i++) {
                    int row = s.row(q + i);
                    float sum = scratch.row[panels.rows + i];
                    outputs.logSumExp.values()[outputs.logSumExp.at(row) + s.head(member)] =
                            (float) (scratch.row[i] + Math.log(sum));
                    turnColumn(scratch.result, i, 1f / sum, outputs.out.values(), outputs.out.at(row) + s.query(member),
                            size);
                }
            }
        }
    }

    private void gradient(Part s, Inputs in, Outputs outputs, Rows dOut, Gradients gradients, Scratch scratch) {
        scratch.reserve(panels, s.length, s.headSize);
        packKeys(s, in.k, scratch.keys);
        packElements(s, in.k, scratch.keysTurned);
        packKeys(s, in.v, scratch.valuesTurned);
        int block = AttentionWindow.BLOCK;
        for (int row = (s.from + s.length - 1) / block * block; row + block > s.from + s.first; row -= block) {
            int begin = Math.max(s.first, row - s.from);
            int end = s.blockEnd(begin);
            for (int member = 0; member < s.window.groupHeads(); member++) {
                for (int q = begin; q < end; q += panels.rows) {
                    int used = Math.min(panels.rows, end - q);
                    gradient(s, in, outputs, dOut, gradients, member, q, used, scratch);
                }
            }
        }
    }

    /** Of {@code used} queries from {@code q} on. */
    private void gradient(
            Part s, Inputs in, Outputs outputs, Rows dOut, Gradients gradients, int member, int q, int used,
            Scratch scratch) {
        scores(s, in.q, member, q, used, scratch);
        scoreGradients(s, outputs, dOut, member, q, used, scratch);
        keySideGradient(s, scratch.scores, dOut, member, q, used, gradients.dv, scratch);
        keySideGradient(s, scratch.scoreGradients, in.q, member, q, used, gradients.dk, scratch);
        panels.multiply(
                new Packed(scratch.scoreGradients, 0, q + used), panels.rows,
                new Packed(scratch.keysTurned, 0, s.length), s.headSize, q + used, scratch.result, 0, panels.rows,
                false, scratch.edge);
        for (int i = 0; i < used; i++) {
            turnColumn(scratch.result, i, 1f, gradients.dq.values(),
                    gradients.dq.at(s.row(q + i)) + s.query(member), s.headSize);
        }
    }

    /** Keys (or values) as tokens of a product over head elements. */
    private void packKeys(Part s, Rows rows, float[] packed) {
        panels.packTokens(
                rows.values(), rows.at(s.from) + s.kv(), rows.width(), 1, s.length, s.headSize, packed, 0);
    }

    /** Head elements as tokens of a product over keys. */
    private void packElements(Part s, Rows rows, float[] packed) {
        panels.packTokens(
                rows.values(), rows.at(s.from) + s.kv(), 1, rows.width(), s.headSize, s.length, packed, 0);
    }

    /** Fills {@code scratch.scores[key][query]} for all keys up to the last query. */
    private void scores(Part s, Rows queries, int member, int q, int used, Scratch scratch) {
        int size = s.headSize;
        panels.packWeights(
                queries.values(), queries.at(s.row(q)) + s.query(member), 1, queries.width(), used, size,
                scratch.queries, 0);
        panels.multiply(
                new Packed(scratch.queries, 0, size), panels.rows, new Packed(scratch.keys, 0, size), q + used, size,
                scratch.scores, 0, panels.rows, false, scratch.edge);
    }

    /**
     * Softmax numerators over the scores, zero for keys after the query.
     *
     * @param row left holding each query's maximum, then each query's sum
     */
    private void softmax(float[] scores, int q, int keys, float scale, float[] row) {
        int stride = panels.rows;
        for (int lane = 0; lane < stride; lane += LANES) {
            FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
            for (int key = 0; key < keys; key++) {
                FloatVector score = FloatVector.fromArray(F, scores, key * stride + lane).mul(scale);
                max = key <= q + lane ? score.max(max) : max.blend(score.max(max), visible(key - q - lane));
            }
            max.intoArray(row, lane);
        }
        shift(scores, keys, scale, row);
        Lanes.exp(scores, 0, keys * stride);
        hide(scores, q, keys);
        for (int lane = 0; lane < stride; lane += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int key = 0; key < keys; key++) {
                sum = FloatVector.fromArray(F, scores, key * stride + lane).add(sum);
            }
            sum.intoArray(row, stride + lane);
        }
    }

    /** {@code score = score * scale - row[query]}. */
    private void shift(float[] scores, int keys, float scale, float[] row) {
        int stride = panels.rows;
        for (int lane = 0; lane < stride; lane += LANES) {
            FloatVector less = FloatVector.fromArray(F, row, lane);
            for (int key = 0; key < keys; key++) {
                int at = key * stride + lane;
                FloatVector.fromArray(F, scores, at).mul(scale).sub(less).intoArray(scores, at);
            }
        }
    }

    /** Zeroes the keys after each query. */
    private void hide(float[] scores, int q, int keys) {
        int stride = panels.rows;
        for (int key = q + 1; key < keys; key++) {
            Arrays.fill(scores, key * stride, key * stride + key - q, 0f);
        }
    }

    /** Lanes whose query is not before the key that lies {@code ahead} of the first lane's query. */
    private static VectorMask<Float> visible(int ahead) {
        return Lanes.INDEX.compare(VectorOperators.GE, (float) ahead);
    }

    /** Turns scores into probabilities and leaves the scores' gradients beside them. */
    private void scoreGradients(Part s, Outputs outputs, Rows dOut, int member, int q, int used, Scratch scratch) {
        int size = s.headSize;
        int stride = panels.rows;
        int keys = q + used;
        float[] dScores = scratch.scoreGradients;
        panels.packWeights(
                dOut.values(), dOut.at(s.row(q)) + s.query(member), 1, dOut.width(), used, size,
                scratch.outGradients, 0);
        panels.multiply(
                new Packed(scratch.outGradients, 0, size), stride, new Packed(scratch.valuesTurned, 0, size), keys,
                size, dScores, 0, stride, false, scratch.edge);
        float[] row = scratch.row;
        Arrays.fill(row, 0, 2 * stride, 0f);
        for (int i = 0; i < used; i++) {
            int at = s.row(q + i);
            row[i] = outputs.logSumExp.values()[outputs.logSumExp.at(at) + s.head(member)];
            row[stride + i] = chain(dOut.values(), dOut.at(at) + s.query(member), outputs.out.values(),
                    outputs.out.at(at) + s.query(member), size);
        }
        float scale = s.window.scale();
        shift(scratch.scores, keys, scale, row);
        Lanes.exp(scratch.scores, 0, keys * stride);
        hide(scratch.scores, q, keys);
        for (int lane = 0; lane < stride; lane += LANES) {
            FloatVector mean = FloatVector.fromArray(F, row, stride + lane);
            for (int key = 0; key < keys; key++) {
                int at = key * stride + lane;
                FloatVector p = FloatVector.fromArray(F, scratch.scores, at);
                FloatVector.fromArray(F, dScores, at).sub(mean).mul(p).mul(scale).intoArray(dScores, at);
            }
        }
    }

    private static float chain(float[] a, int aFrom, float[] b, int bFrom, int count) {
        float sum = 0f;
        for (int i = 0; i < count; i++) {
            sum = Math.fma(a[aFrom + i], b[bFrom + i], sum);
        }
        return sum;
    }

    /** {@code gradient[key] += sum over queries of factors[key][query] * side[query]}. */
    private void keySideGradient(
            Part s, float[] factors, Rows side, int member, int q, int used, Rows gradient, Scratch scratch) {
        int size = s.headSize;
        int keys = q + used;
        panels.packTokens(factors, 0, panels.rows, 1, keys, used, scratch.turned, 0);
        panels.packWeights(
                side.values(), side.at(s.row(q)) + s.query(member), side.width(), 1, size, used, scratch.straight,
                0);
        panels.multiply(
                new Packed(scratch.straight, 0, used), size, new Packed(scratch.turned, 0, used), keys, used,
                gradient.values(), gradient.at(s.from) + s.kv(), gradient.width(), true, scratch.edge);
    }

    private void turnColumn(float[] result, int column, float factor, float[] to, int toFrom, int size) {
        for (int e = 0; e < size; e++) {
            to[toFrom + e] = result[e * panels.rows + column] * factor;
        }
    }
}
