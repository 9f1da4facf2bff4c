package quern.gpu.scalar;

import quern.gpu.kernel.AttentionWindow;
import quern.gpu.tensor.Rows;

/**
 * Causal attention of a window of a packed batch, one query and head at a time; queries are counted from the window's
 * first row, keys from the batch's. Every sum is a chain in the order of keys.
 */
final class ScalarWindowAttention {

    private final Rows q;
    private final Rows k;
    private final Rows v;
    private final AttentionWindow window;
    private final int headSize;
    private final int groupHeads;
    private final float scale;
    private final float[] scores;

    ScalarWindowAttention(Rows q, Rows k, Rows v, AttentionWindow window) {
        this.q = q;
        this.k = k;
        this.v = v;
        this.window = window;
        this.headSize = q.width() / window.heads();
        this.groupHeads = window.groupHeads();
        this.scale = window.scale();
        this.scores = new float[window.to()];
    }

    /** Writes the head's output of row {@code t}; returns the log of its softmax denominator. */
    float forward(int t, int head, Rows out) {
        int last = window.from() + t;
        int from = window.segmentFrom()[last];
        int kv = head / groupHeads * headSize;
        float max = Float.NEGATIVE_INFINITY;
        for (int s = from; s <= last; s++) {
            scores[s] = chain(q, q.at(t) + head * headSize, k, k.at(s) + kv) * scale;
            max = Math.max(max, scores[s]);
        }
        float sum = 0f;
        for (int s = from; s <= last; s++) {
            scores[s] = FloatMath.exp(scores[s] - max);
            sum += scores[s];
        }
        for (int e = 0; e < headSize; e++) {
            float mixed = 0f;
            for (int s = from; s <= last; s++) {
                mixed = Math.fma(v.values()[v.at(s) + kv + e], scores[s], mixed);
            }
            out.values()[out.at(t) + head * headSize + e] = mixed * (1f / sum);
        }
        return (float) (max + Math.log(sum));
    }

    /** Overwrites the head's part of {@code dq[t]} and adds to the keys' and values' gradients. */
    void gradient(int t, int head, Rows out, float logSum, Rows dOut, Rows dq, Rows dk, Rows dv) {
        int last = window.from() + t;
        int from = window.segmentFrom()[last];
        int at = head * headSize;
        int kv = head / groupHeads * headSize;
        float mean = chain(dOut, dOut.at(t) + at, out, out.at(t) + at);
        for (int s = from; s <= last; s++) {
            float p = FloatMath.exp(chain(q, q.at(t) + at, k, k.at(s) + kv) * scale - logSum);
            float dp = chain(v, v.at(s) + kv, dOut, dOut.at(t) + at);
            scores[s] = (dp - mean) * p * scale;
            for (int e = 0; e < headSize; e++) {
                int value = dv.at(s) + kv + e;
                int key = dk.at(s) + kv + e;
                dv.values()[value] = Math.fma(dOut.values()[dOut.at(t) + at + e], p, dv.values()[value]);
                dk.values()[key] = Math.fma(q.values()[q.at(t) + at + e], scores[s], dk.values()[key]);
            }
        }
        for (int e = 0; e < headSize; e++) {
            float sum = 0f;
            for (int s = from; s <= last; s++) {
                sum = Math.fma(k.values()[k.at(s) + kv + e], scores[s], sum);
            }
            dq.values()[dq.at(t) + at + e] = sum;
        }
    }

    private float chain(Rows a, int aFrom, Rows b, int bFrom) {
        float sum = 0f;
        for (int i = 0; i < headSize; i++) {
            sum = Math.fma(a.values()[aFrom + i], b.values()[bFrom + i], sum);
        }
        return sum;
    }
}
