package quern.inference.transformer;

import java.util.HashMap;
import java.util.Map;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/** An adapter packed for one backend. */
public final class LoraMatrices {

    private record Pair(Matrix a, Matrix b) {}

    private final int rank;
    private final float scale;
    private final Map<String, Pair> targets = new HashMap<>();

    public LoraMatrices(LoraWeights weights, Kernels kernels) {
        this.rank = weights.rank();
        this.scale = weights.scale();
        weights.targets().forEach((name, pair) -> targets.put(name, new Pair(
                kernels.pack(tensor(name + ".lora_a", pair.a())), kernels.pack(tensor(name + ".lora_b", pair.b())))));
    }

    /** {@code y[t] += scale * B (A x[t])} for the leading {@code count} rows; nothing if there is no such target. */
    void apply(String target, Kernels kernels, Rows x, int count, Rows y, RowScratch scratch) {
        Pair pair = targets.get(target);
        if (pair == null) {
            return;
        }
        Rows inner = scratch.rows("lora.inner", count, rank);
        kernels.matmul(pair.a, x, count, inner);
        float[] values = inner.values();
        for (int i = 0; i < count * rank; i++) {
            values[i] *= scale;
        }
        Rows delta = scratch.rows("lora.delta", count, y.width());
        kernels.matmul(pair.b, inner, count, delta);
        kernels.add(y, count, delta);
    }

    boolean has(String target) {
        return targets.containsKey(target);
    }

    private static Tensor tensor(String name, Rows rows) {
        return Tensor.ofFloats(name, rows.count(), rows.width(), rows.values());
    }
}
