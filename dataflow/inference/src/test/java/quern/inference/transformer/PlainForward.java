package quern.inference.transformer;

import java.util.Map;
import quern.inference.TinyModel;

/**
 * The forward pass written out again in doubles, one whole sequence at a time, without cache, batch or kernels: what
 * the engine is compared with.
 */
final class PlainForward {

    private final TinyModel model;
    private final ModelShape shape;
    private final Map<String, LoraWeights.Pair> adapter;
    private final double adapterScale;

    PlainForward(TinyModel model) {
        this(model, Map.of(), 0);
    }

    PlainForward(TinyModel model, Map<String, LoraWeights.Pair> adapter, double adapterScale) {
        this.model = model;
        this.shape = model.shape();
        this.adapter = adapter;
        this.adapterScale = adapterScale;
    }

    /** Logits after each token. */
    double[][] logits(int[] tokens) {
        int hidden = shape.hidden();
        double[][] x = new double[tokens.length][hidden];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < hidden; i++) {
                x[t][i] = model.values("token_embd.weight")[tokens[t] * hidden + i];
            }
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            attention("blk." + layer + ".", x);
            for (double[] row : x) {
                feedForward("blk." + layer + ".", row);
            }
        }
        String output = shape.tiedEmbeddings() ? "token_embd.weight" : "output.weight";
        double[][] logits = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            logits[t] = times(output, norm("output_norm.weight", x[t]), shape.vocabulary());
        }
        return logits;
    }

    private void attention(String prefix, double[][] x) {
        int size = shape.headSize();
        double[][] keys = new double[x.length][];
        double[][] values = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] normed = norm(prefix + "attn_norm.weight", x[t]);
            double[] query = projected(prefix + "attn_q", normed, shape.heads() * size);
            keys[t] = projected(prefix + "attn_k", normed, shape.kvHeads() * size);
            values[t] = projected(prefix + "attn_v", normed, shape.kvHeads() * size);
            rotate(query, t);
            rotate(keys[t], t);
            double[] mixed = new double[shape.heads() * size];
            for (int head = 0; head < shape.heads(); head++) {
                mix(query, keys, values, t, head, mixed);
            }
            double[] result = times(prefix + "attn_output.weight", mixed, shape.hidden());
            for (int i = 0; i < result.length; i++) {
                x[t][i] += result[i];
            }
        }
    }

    private void mix(double[] query, double[][] keys, double[][] values, int t, int head, double[] mixed) {
        int size = shape.headSize();
        int kvFrom = head / (shape.heads() / shape.kvHeads()) * size;
        double[] weights = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
            double score = 0;
            for (int i = 0; i < size; i++) {
                score += query[head * size + i] * keys[s][kvFrom + i];
            }
            weights[s] = Math.exp(score / Math.sqrt(size));
            sum += weights[s];
        }
        for (int s = 0; s <= t; s++) {
            for (int i = 0; i < size; i++) {
                mixed[head * size + i] += weights[s] / sum * values[s][kvFrom + i];
            }
        }
    }

    private void feedForward(String prefix, double[] x) {
        double[] normed = norm(prefix + "ffn_norm.weight", x);
        double[] gate = times(prefix + "ffn_gate.weight", normed, shape.feedForward());
        double[] up = times(prefix + "ffn_up.weight", normed, shape.feedForward());
        for (int i = 0; i < gate.length; i++) {
            gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        double[] down = times(prefix + "ffn_down.weight", gate, shape.hidden());
        for (int i = 0; i < x.length; i++) {
            x[i] += down[i];
        }
    }

    private double[] projected(String name, double[] x, int rows) {
        double[] y = times(name + ".weight", x, rows);
        if (shape.attentionBias()) {
            for (int i = 0; i < rows; i++) {
                y[i] += model.values(name + ".bias")[i];
            }
        }
        return y;
    }

    private double[] times(String name, double[] x, int rows) {
        double[] y = times(model.values(name), x, rows);
        LoraWeights.Pair pair = adapter.get(name);
        if (pair != null) {
            double[] inner = times(pair.a().values(), x, pair.a().count());
            double[] delta = times(pair.b().values(), inner, rows);
            for (int i = 0; i < rows; i++) {
                y[i] += adapterScale * delta[i];
            }
        }
        return y;
    }

    private static double[] times(float[] weights, double[] x, int rows) {
        double[] y = new double[rows];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < x.length; i++) {
                y[row] += weights[row * x.length + i] * x[i];
            }
        }
        return y;
    }

    private double[] norm(String name, double[] x) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / Math.sqrt(squares / x.length + shape.normEpsilon()) * model.values(name)[i];
        }
        return y;
    }

    private void rotate(double[] heads, int position) {
        int size = shape.headSize();
        float[] frequencies = shape.rope().frequencies();
        boolean interleaved = shape.rope().interleaved();
        for (int from = 0; from < heads.length; from += size) {
            for (int i = 0; i < frequencies.length; i++) {
                int a = from + (interleaved ? 2 * i : i);
                int b = interleaved ? a + 1 : a + frequencies.length;
                double angle = position * (double) frequencies[i];
                double x = heads[a];
                heads[a] = x * Math.cos(angle) - heads[b] * Math.sin(angle);
                heads[b] = x * Math.sin(angle) + heads[b] * Math.cos(angle);
            }
        }
    }
}
