package quern.inference.encoder;

import quern.config.EngineConfig.Pooling;
import quern.gpu.kernel.Activation;

/** BERT written out in doubles, one text at a time, sharing nothing with the kernels. */
public final class PlainEncoder {

    private final TinyEncoder model;
    private final EncoderShape shape;

    public PlainEncoder(TinyEncoder model) {
        this.model = model;
        this.shape = model.shape();
    }

    /** The pooled, normalised vector. */
    public double[] vector(int[] tokens, Pooling pooling) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            double[] sum = row("token_embd.weight", tokens[t]);
            plus(sum, row("position_embd.weight", t + shape.positionOffset()));
            if (shape.tokenTypes()) {
                plus(sum, row("token_types.weight", 0));
            }
            x[t] = norm("token_embd_norm", sum);
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            x = layer("blk." + layer + ".", x);
        }
        double[] pooled = new double[shape.hidden()];
        int from = pooling == Pooling.LAST ? tokens.length - 1 : 0;
        int to = pooling == Pooling.CLS ? 1 : tokens.length;
        for (int t = from; t < to; t++) {
            plus(pooled, x[t]);
        }
        double length = Math.sqrt(dot(pooled, 0, pooled, 0, pooled.length));
        for (int i = 0; i < pooled.length; i++) {
            pooled[i] /= length;
        }
        return pooled;
    }

    private double[][] layer(String prefix, double[][] x) {
        int size = shape.hidden() / shape.heads();
        double[][] q = each(prefix + "attn_q", x);
        double[][] k = each(prefix + "attn_k", x);
        double[][] v = each(prefix + "attn_v", x);
        double[][] next = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] mixed = new double[shape.hidden()];
            for (int head = 0; head < shape.heads(); head++) {
                double[] weights = new double[x.length];
                double sum = 0;
                for (int s = 0; s < x.length; s++) {
                    weights[s] = Math.exp(dot(q[t], head * size, k[s], head * size, size) / Math.sqrt(size));
                    sum += weights[s];
                }
                for (int s = 0; s < x.length; s++) {
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        mixed[i] += weights[s] / sum * v[s][i];
                    }
                }
            }
            double[] attended = linear(prefix + "attn_output", mixed);
            plus(attended, x[t]);
            attended = norm(prefix + "attn_output_norm", attended);
            double[] inner = linear(prefix + "ffn_up", attended);
            for (int i = 0; i < inner.length; i++) {
                inner[i] = gelu(inner[i]);
            }
            double[] out = linear(prefix + "ffn_down", inner);
            plus(out, attended);
            next[t] = norm(prefix + "layer_output_norm", out);
        }
        return next;
    }

    private double[][] each(String name, double[][] x) {
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = linear(name, x[t]);
        }
        return y;
    }

    private double gelu(double x) {
        return shape.activation() == Activation.GELU
                ? x * (1 + erf(x / Math.sqrt(2))) / 2
                : x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
    }

    /** Simpson's rule over the integral that defines it. */
    private static double erf(double x) {
        int steps = 400;
        double width = x / steps;
        double sum = 1 + Math.exp(-x * x);
        for (int i = 1; i < steps; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-Math.pow(i * width, 2));
        }
        return 2 / Math.sqrt(Math.PI) * sum * width / 3;
    }

    private double[] linear(String name, double[] x) {
        float[] weights = model.values(name + ".weight");
        double[] y = row(name + ".bias", 0, weights.length / x.length);
        for (int r = 0; r < y.length; r++) {
            for (int i = 0; i < x.length; i++) {
                y[r] += weights[r * x.length + i] * x[i];
            }
        }
        return y;
    }

    private double[] norm(String name, double[] x) {
        double[] weight = row(name + ".weight", 0);
        double[] y = row(name + ".bias", 0);
        double mean = 0;
        double variance = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        for (int i = 0; i < x.length; i++) {
            y[i] += (x[i] - mean) / Math.sqrt(variance + shape.normEpsilon()) * weight[i];
        }
        return y;
    }

    private double[] row(String name, int row) {
        return row(name, row, shape.hidden());
    }

    private double[] row(String name, int row, int width) {
        double[] values = new double[width];
        for (int i = 0; i < width; i++) {
            values[i] = model.values(name)[row * width + i];
        }
        return values;
    }

    private static void plus(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    private static double dot(double[] x, int from, double[] y, int yFrom, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += x[from + i] * y[yFrom + i];
        }
        return sum;
    }
}
