package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.util.List;
import quern.gpu.kernel.Activation;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvRows;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;
import quern.gpu.kernel.Matrix;
import quern.gpu.kernel.RopeTable;
import quern.gpu.kernel.Shapes;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/**
 * The definition of every kernel, to be read before any other. Runs on the calling thread.
 *
 * <p>Sums over k (the columns of a matrix, the elements of a head) run in order of k, one fma per element or block;
 * sums along a row (norms, softmax) run in {@link FloatMath#PARTIALS} partial sums. Other backends follow both orders,
 * and their results are equal bit for bit.
 */
public final class ScalarKernels implements Kernels {

    /** Raised whenever any kernel's result may change in any bit; shared by the backends that agree bit for bit. */
    public static final int ARITHMETIC_VERSION = 5;

    private final RopeAngles angles = new RopeAngles();

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int arithmeticVersion() {
        return ARITHMETIC_VERSION;
    }

    @Override
    public long packedBytes(ElementType type, int rows, int columns) {
        return 0;
    }

    @Override
    public Matrix pack(Tensor weights, MemorySegment into) {
        return new ScalarMatrix(weights);
    }

    /** @throws UnsupportedOperationException always: nothing is packed */
    @Override
    public Matrix packed(ElementType type, int rows, int columns, MemorySegment packed) {
        throw new UnsupportedOperationException("scalar kernels compute with weights as stored");
    }

    @Override
    public String packing() {
        return "stored";
    }

    @Override
    public void embed(Tensor table, int[] ids, int count, Rows out) {
        Shapes.rows("embedding", out, count, table.columns());
        for (int t = 0; t < count; t++) {
            Dequantizer.row(table, ids[t], out.values(), out.at(t));
        }
    }

    @Override
    public void matmul(Matrix w, Rows x, int count, Rows y) {
        Shapes.rows("product input", x, count, w.columns());
        Shapes.rows("product output", y, count, w.rows());
        Tensor tensor = ((ScalarMatrix) w).tensor();
        float[] row = new float[w.columns()];
        for (int r = 0; r < w.rows(); r++) {
            Dequantizer.row(tensor, r, row, 0);
            for (int t = 0; t < count; t++) {
                y.values()[y.at(t) + r] = product(row, x.values(), x.at(t));
            }
        }
    }

    @Override
    public LowRank packLowRank(Rows a, Rows b, float scale) {
        Shapes.lowRank(a, b);
        return new ScalarLowRank(a, b, scale);
    }

    @Override
    public void addLowRank(List<LowRank.Span> spans, Rows x, Rows y) {
        Shapes.lowRank(spans, x, y);
        for (LowRank.Span span : spans) {
            for (int t = span.from(); t < span.to(); t++) {
                ((ScalarLowRank) span.update()).add(x, t, y);
            }
        }
    }

    @Override
    public void rowNorms(Matrix w, Rows a, Rows b, float scale, float[] norms) {
        Shapes.rowNorms(w, a, b, norms.length);
        float[] row = new float[w.columns()];
        for (int r = 0; r < w.rows(); r++) {
            Dequantizer.row(((ScalarMatrix) w).tensor(), r, row, 0);
            for (int j = 0; j < a.count(); j++) {
                float factor = scale * b.values()[b.at(r) + j];
                for (int k = 0; k < row.length; k++) {
                    row[k] = Math.fma(factor, a.values()[a.at(j) + k], row[k]);
                }
            }
            norms[r] = (float) Math.sqrt(FloatMath.dot(row, 0, row, 0, row.length));
        }
    }

    @Override
    public void scaleColumns(Rows x, int from, int to, float[] factors) {
        Shapes.scaleColumns(x, from, to, factors);
        for (int t = from; t < to; t++) {
            for (int i = 0; i < x.width(); i++) {
                x.values()[x.at(t) + i] *= factors[i];
            }
        }
    }

    private static float product(float[] w, float[] x, int xFrom) {
        float sum = 0;
        for (int k = 0; k < w.length; k++) {
            sum = Math.fma(w[k], x[xFrom + k], sum);
        }
        return sum;
    }

    @Override
    public void quantizeActivations(Rows x, int count, QuantizedRows q) {
        Shapes.rows("activations", x, count, q.width());
        Shapes.rows("8-bit activations", q, count, x.width());
        int blocks = q.blocksPerRow();
        for (int t = 0; t < count; t++) {
            for (int b = 0; b < blocks; b++) {
                int columns = Math.min(QuantizedRows.BLOCK, x.width() - b * QuantizedRows.BLOCK);
                quantize(x.values(), x.at(t) + b * QuantizedRows.BLOCK, columns, q, t * blocks + b);
            }
        }
    }

    /** One run of at most 32 elements into block {@code block} of {@code q}; what lies beyond the row becomes 0. */
    public static void quantize(float[] x, int from, int columns, QuantizedRows q, int block) {
        float max = 0;
        for (int i = 0; i < columns; i++) {
            max = Math.max(max, Math.abs(x[from + i]));
        }
        float scale = max / 127f;
        q.scales()[block] = scale;
        for (int i = 0; i < QuantizedRows.BLOCK; i++) {
            boolean zero = i >= columns || scale == 0;
            q.values()[block * QuantizedRows.BLOCK + i] = zero ? 0 : (byte) round(x[from + i] / scale);
        }
    }

    /** Nearest integer in [-127, 127], halves away from zero; the fraction is exact, so no sum is rounded. */
    private static int round(float x) {
        int whole = (int) x;
        float fraction = x - whole;
        int rounded = whole + (fraction >= 0.5f ? 1 : fraction <= -0.5f ? -1 : 0);
        return Math.clamp(rounded, -127, 127);
    }

    @Override
    public void matmulQ8(Matrix w, QuantizedRows x, int count, Rows y) {
        Shapes.rows("8-bit product input", x, count, w.columns());
        Shapes.rows("8-bit product output", y, count, w.rows());
        Tensor tensor = ((ScalarMatrix) w).tensor();
        if (w.type().isFloat()) {
            matmul(w, dequantize(x, count), count, y);
            return;
        }
        StoredRow row = new StoredRow(w.type(), w.columns());
        for (int r = 0; r < w.rows(); r++) {
            row.load(Dequantizer.bytes(tensor, r), 0);
            for (int t = 0; t < count; t++) {
                y.values()[y.at(t) + r] = IntegerProduct.of(row, w.type(), x, t);
            }
        }
    }

    /** The floats that 8-bit activations stand for. */
    public static Rows dequantize(QuantizedRows x, int count) {
        Rows out = new Rows(count, x.width());
        int blocks = x.blocksPerRow();
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < x.width(); i++) {
                int block = t * blocks + i / QuantizedRows.BLOCK;
                int value = x.values()[block * QuantizedRows.BLOCK + i % QuantizedRows.BLOCK];
                out.values()[out.at(t) + i] = value * x.scales()[block];
            }
        }
        return out;
    }

    @Override
    public void rmsNorm(Rows x, int count, float[] weight, float epsilon, Rows y) {
        Shapes.vector("norm weight", weight.length, x.width());
        Shapes.rows("norm input", x, count, x.width());
        Shapes.rows("norm output", y, count, x.width());
        for (int t = 0; t < count; t++) {
            int at = x.at(t);
            float squares = FloatMath.dot(x.values(), at, x.values(), at, x.width());
            float inverse = inverseRoot(squares, x.width(), epsilon);
            for (int i = 0; i < x.width(); i++) {
                y.values()[at + i] = x.values()[at + i] * inverse * weight[i];
            }
        }
    }

    /** {@code 1 / sqrt(squares / width + epsilon)}, rounded once. */
    public static float inverseRoot(float squares, int width, float epsilon) {
        return (float) (1.0 / Math.sqrt((double) squares / width + epsilon));
    }

    @Override
    public void layerNorm(Rows x, int count, float[] weight, float[] bias, float epsilon, Rows y) {
        Shapes.vector("norm weight", weight.length, x.width());
        Shapes.vector("norm bias", bias.length, x.width());
        Shapes.rows("norm input", x, count, x.width());
        Shapes.rows("norm output", y, count, x.width());
        for (int t = 0; t < count; t++) {
            int at = x.at(t);
            float mean = mean(FloatMath.sum(x.values(), at, x.width()), x.width());
            for (int i = 0; i < x.width(); i++) {
                y.values()[at + i] = x.values()[at + i] - mean;
            }
            float squares = FloatMath.dot(y.values(), at, y.values(), at, x.width());
            float inverse = inverseRoot(squares, x.width(), epsilon);
            for (int i = 0; i < x.width(); i++) {
                y.values()[at + i] = Math.fma(y.values()[at + i] * inverse, weight[i], bias[i]);
            }
        }
    }

    /** {@code sum / width}, rounded once. */
    public static float mean(float sum, int width) {
        return (float) ((double) sum / width);
    }

    @Override
    public void addBias(Rows x, int count, float[] bias) {
        Shapes.rows("bias input", x, count, x.width());
        Shapes.vector("bias", bias.length, x.width());
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < x.width(); i++) {
                x.values()[x.at(t) + i] += bias[i];
            }
        }
    }

    @Override
    public void add(Rows x, int count, Rows y) {
        Shapes.rows("sum", x, count, x.width());
        Shapes.rows("addend", y, count, x.width());
        for (int i = 0; i < count * x.width(); i++) {
            x.values()[i] += y.values()[i];
        }
    }

    @Override
    public void rope(Rows x, int count, int headCount, int headSize, RopeTable table, int[] positions) {
        Shapes.rope(x, count, headCount, headSize, table, positions);
        angles.turnTo(table, positions, count);
        int pairs = table.frequencies().length;
        for (int t = 0; t < count; t++) {
            for (int head = 0; head < headCount; head++) {
                for (int i = 0; i < pairs; i++) {
                    int at = x.at(t) + head * headSize + (table.interleaved() ? 2 * i : i);
                    float cos = angles.cosines()[t * pairs + i];
                    float sin = angles.sines()[t * pairs + i];
                    rotate(x.values(), at, at + (table.interleaved() ? 1 : pairs), cos, sin);
                }
            }
        }
    }

    private static void rotate(float[] x, int first, int second, float cos, float sin) {
        float a = x[first];
        float b = x[second];
        x[first] = Math.fma(-b, sin, a * cos);
        x[second] = Math.fma(a, sin, b * cos);
    }

    @Override
    public void storeKv(Rows keys, Rows values, int count, KvRows kv, int layer) {
        int width = kv.layout().kvHeads() * kv.layout().headSize();
        Shapes.rows("keys", keys, count, width);
        Shapes.rows("values", values, count, width);
        Shapes.kv(kv, count, layer);
        ScalarAttention.store(keys, values, count, kv, layer);
    }

    @Override
    public void attention(Rows queries, int count, int headCount, AttentionRule rule, KvRows kv, int layer, Rows out) {
        Shapes.attention(queries, count, headCount, kv, layer, out);
        var attention = new ScalarAttention(queries, headCount, rule, kv, layer);
        for (int t = 0; t < count; t++) {
            for (int head = 0; head < headCount; head++) {
                attention.head(t, head, out);
            }
        }
    }

    @Override
    public void siluMultiply(Rows gate, Rows up, int count, Rows out) {
        Shapes.rows("gate", gate, count, gate.width());
        Shapes.rows("up", up, count, gate.width());
        Shapes.rows("gated output", out, count, gate.width());
        for (int i = 0; i < count * gate.width(); i++) {
            out.values()[i] = FloatMath.silu(gate.values()[i]) * up.values()[i];
        }
    }

    @Override
    public void geluMultiply(Rows gate, Rows up, int count, Rows out) {
        Shapes.rows("gate", gate, count, gate.width());
        Shapes.rows("up", up, count, gate.width());
        Shapes.rows("gated output", out, count, gate.width());
        for (int i = 0; i < count * gate.width(); i++) {
            out.values()[i] = FloatMath.gelu(gate.values()[i]) * up.values()[i];
        }
    }

    @Override
    public void activate(Activation activation, Rows x, int count) {
        Shapes.rows("activation", x, count, x.width());
        for (int i = 0; i < count * x.width(); i++) {
            float value = x.values()[i];
            x.values()[i] = switch (activation) {
                case GELU -> FloatMath.geluExact(value);
                case GELU_TANH -> FloatMath.gelu(value);
            };
        }
    }

    @Override
    public void softcap(Rows x, int count, float cap) {
        Shapes.rows("softcap", x, count, x.width());
        for (int i = 0; i < count * x.width(); i++) {
            x.values()[i] = FloatMath.softcap(x.values()[i], cap);
        }
    }

    @Override
    public void scale(Rows x, int count, float factor) {
        Shapes.rows("scale", x, count, x.width());
        for (int i = 0; i < count * x.width(); i++) {
            x.values()[i] *= factor;
        }
    }

    @Override
    public void maxima(float[] x, int from, int count, float[] out) {
        Shapes.runs(x.length, from, count, out.length);
        for (int i = 0; i < count; i++) {
            float before = i % RUN == 0 ? Float.NEGATIVE_INFINITY : out[i / RUN];
            out[i / RUN] = Math.max(before, x[from + i]);
        }
    }

    @Override
    public void exponentialSums(float[] x, int from, int count, float shift, float[] out) {
        Shapes.runs(x.length, from, count, out.length);
        float[] run = new float[RUN];
        for (int first = 0; first < count; first += RUN) {
            int used = Math.min(RUN, count - first);
            for (int i = 0; i < used; i++) {
                run[i] = FloatMath.exp(x[from + first + i] - shift);
            }
            out[first / RUN] = FloatMath.sum(run, 0, used);
        }
    }
}
