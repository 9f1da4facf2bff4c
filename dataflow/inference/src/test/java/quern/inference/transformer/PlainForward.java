package quern.inference.transformer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import quern.gpu.kernel.RopeTable;
import quern.inference.TinyModel;
import quern.inference.transformer.Traits.Activation;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.QueryKeyNorm;

/**
 * The forward pass written out again in doubles, one whole sequence at a time, without cache, batch or kernels: what
 * the engine is compared with.
 */
final class PlainForward {

    private final TinyModel model;
    private final ModelShape shape;
    private final Traits traits;
    private final Map<String, LoraWeights.Pair> adapter;
    private final double adapterScale;

    PlainForward(TinyModel model) {
        this(model, Map.of(), 0);
    }

    PlainForward(TinyModel model, Map<String, LoraWeights.Pair> adapter, double adapterScale) {
        this.model = model;
        this.shape = model.shape();
        this.traits = shape.traits();
        this.adapter = adapter;
        this.adapterScale = adapterScale;
    }

    /** Logits after each token. */
    double[][] logits(int[] tokens) {
        int hidden = shape.hidden();
        double[][] x = new double[tokens.length][hidden];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < hidden; i++) {
                x[t][i] = traits.multipliers().embedding() * model.values("token_embd.weight")[tokens[t] * hidden + i];
            }
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            attention(layer, x);
            for (double[] row : x) {
                feedForward(layer, row);
            }
        }
        String output = shape.tiedEmbeddings() ? "token_embd" : "output";
        double[][] logits = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            logits[t] = projected(output, norm("output_norm.weight", x[t]), shape.vocabulary());
            for (int i = 0; i < logits[t].length; i++) {
                logits[t][i] = capped(logits[t][i] * traits.multipliers().logits(), traits.logitSoftcap());
            }
        }
        return logits;
    }

    private static double capped(double x, double cap) {
        return cap == 0 ? x : cap * Math.tanh(x / cap);
    }

    private void attention(int layer, double[][] x) {
        String prefix = "blk." + layer + ".";
        int size = shape.headSize();
        double[][] keys = new double[x.length][];
        double[][] values = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] in = traits.normsBefore() ? norm(prefix + "attn_norm.weight", x[t]) : x[t];
            double[] query = normed(prefix + "attn_q", projected(prefix + "attn_q", in, shape.heads() * size));
            keys[t] = normed(prefix + "attn_k", projected(prefix + "attn_k", in, shape.kvHeads() * size));
            values[t] = projected(prefix + "attn_v", in, shape.kvHeads() * size);
            RopeTable rope = shape.layer(layer).rope().orElse(null);
            if (rope != null) {
                rotate(query, t, rope);
                rotate(keys[t], t, rope);
            }
            double[] mixed = new double[shape.heads() * size];
            for (int head = 0; head < shape.heads(); head++) {
                mix(query, keys, values, t, head, mixed, shape.layer(layer).windowTokens());
            }
            add(x[t], projected(prefix + "attn_output", mixed, shape.hidden()), prefix + "post_attention_norm.weight");
        }
    }

    private void add(double[] x, double[] result, String norm) {
        double[] added = traits.normsAfter() ? norm(norm, result) : result;
        for (int i = 0; i < x.length; i++) {
            x[i] += traits.multipliers().residual() * added[i];
        }
    }

    private double[] normed(String name, double[] heads) {
        if (traits.queryKeyNorm() == QueryKeyNorm.NONE) {
            return heads;
        }
        if (traits.queryKeyNorm() == QueryKeyNorm.PROJECTION) {
            return norm(name + "_norm.weight", heads);
        }
        double[] all = new double[heads.length];
        for (int from = 0; from < heads.length; from += shape.headSize()) {
            double[] head = norm(name + "_norm.weight", Arrays.copyOfRange(heads, from, from + shape.headSize()));
            System.arraycopy(head, 0, all, from, head.length);
        }
        return all;
    }

    private void mix(
            double[] query, double[][] keys, double[][] values, int t, int head, double[] mixed, int windowTokens) {
        int size = shape.headSize();
        int kvFrom = head / (shape.heads() / shape.kvHeads()) * size;
        double scale = traits.multipliers().attention() == 0
                ? 1 / Math.sqrt(size) : traits.multipliers().attention();
        double[] weights = new double[t + 1];
        double sum = 0;
        for (int s = windowTokens == 0 ? 0 : Math.max(0, t + 1 - windowTokens); s <= t; s++) {
            double score = 0;
            for (int i = 0; i < size; i++) {
                score += query[head * size + i] * keys[s][kvFrom + i];
            }
            weights[s] = Math.exp(capped(score * scale, traits.attentionSoftcap()));
            sum += weights[s];
        }
        for (int s = 0; s <= t; s++) {
            for (int i = 0; i < size; i++) {
                mixed[head * size + i] += weights[s] / sum * values[s][kvFrom + i];
            }
        }
    }

    private void feedForward(int layer, double[] x) {
        String prefix = "blk." + layer + ".";
        double[] in = traits.normsBefore() ? norm(prefix + "ffn_norm.weight", x) : x.clone();
        double[] out = shape.sparse(layer) ? experts(prefix, in) : dense(prefix, "", shape.feedForward(), in);
        add(x, out, prefix + "post_ffw_norm.weight");
    }

    private double[] experts(String prefix, double[] in) {
        Experts experts = traits.experts().orElseThrow();
        double[] scores = projected(prefix + "ffn_gate_inp", in, experts.count());
        List<Integer> order = IntStream.range(0, experts.count()).boxed()
                .sorted(Comparator.comparingDouble(e -> -scores[e])).toList();
        List<Integer> chosen = order.subList(0, experts.chosen());
        double sum = (experts.normalized() ? chosen : order).stream().mapToDouble(e -> Math.exp(scores[e])).sum();
        double[] out = new double[shape.hidden()];
        for (int e : chosen) {
            double[] one = dense(prefix, "." + e, experts.feedForward(), in);
            for (int i = 0; i < out.length; i++) {
                out[i] += Math.exp(scores[e]) / sum * one[i];
            }
        }
        return out;
    }

    private double[] dense(String prefix, String suffix, int inner, double[] in) {
        double[] gate = projected(prefix + "ffn_gate" + suffix, in, inner);
        double[] up = projected(prefix + "ffn_up" + suffix, in, inner);
        for (int i = 0; i < gate.length; i++) {
            double x = gate[i];
            double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
            gate[i] = (traits.activation() == Activation.GELU ? x * (1 + tanh) / 2 : x / (1 + Math.exp(-x))) * up[i];
        }
        return projected(prefix + "ffn_down" + suffix, gate, shape.hidden());
    }

    private double[] projected(String name, double[] x, int rows) {
        double[] y = times(name + ".weight", x, rows);
        float[] bias = model.values(name + ".bias");
        for (int i = 0; i < rows && bias != null; i++) {
            y[i] += bias[i];
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
                y[i] *= stretch(pair, model.values(name), i, x.length);
            }
        }
        return y;
    }

    /** What brings a row to its magnitude, if it has one. */
    private double stretch(LoraWeights.Pair pair, float[] weights, int row, int columns) {
        double squares = 0;
        for (int i = 0; i < columns; i++) {
            double sum = weights[row * columns + i];
            for (int k = 0; k < pair.a().count(); k++) {
                sum += adapterScale * pair.b().values()[pair.b().at(row) + k] * pair.a().values()[pair.a().at(k) + i];
            }
            squares += sum * sum;
        }
        return pair.magnitudes().isEmpty() ? 1 : pair.magnitudes().get().values()[row] / Math.sqrt(squares);
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

    private void rotate(double[] heads, int position, RopeTable rope) {
        int size = shape.headSize();
        float[] frequencies = rope.frequencies();
        boolean interleaved = rope.interleaved();
        for (int from = 0; from < heads.length; from += size) {
            for (int i = 0; i < frequencies.length; i++) {
                int a = from + (interleaved ? 2 * i : i);
                int b = interleaved ? a + 1 : a + frequencies.length;
                double angle = position * (double) frequencies[i];
                double x = heads[a];
                heads[a] = rope.magnitude() * (x * Math.cos(angle) - heads[b] * Math.sin(angle));
                heads[b] = rope.magnitude() * (x * Math.sin(angle) + heads[b] * Math.cos(angle));
            }
        }
    }
}
