package quern.gpu.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/**
 * The arithmetic of a forward pass. {@code quern.gpu.scalar.ScalarKernels} is the definition; every other
 * implementation gives the same bits for the products' integer parts and stays within a tested tolerance elsewhere.
 *
 * <p>Every row's result is independent of the other rows in the call, of how many there are and of how work is split
 * among threads: the same sum in the same order. A call uses the backend's compute team and returns when all rows are
 * written. {@code count} is the number of leading rows in use. Outputs are overwritten unless said otherwise.
 */
public interface Kernels {

    /** {@code scalar}, {@code vector}, {@code cuda}. */
    String name();

    /** Which kernel does what, for people: {@code lanes}, {@code attention}, a product by its weights' type. */
    default Map<String, String> selection() {
        return Map.of();
    }

    /** Changes whenever results may change in any bit; part of every block key. */
    int arithmeticVersion();

    /** Size of such a matrix in this backend's form; 0: it computes with weights as they are stored. */
    long packedBytes(ElementType type, int rows, int columns);

    /**
     * The matrix in this backend's form.
     *
     * @param into holds it from now on: off the heap or a mapped file, zeros, {@link #packedBytes} long, its first byte
     *     at a multiple of 64
     * @throws IllegalArgumentException if this backend refuses it, naming the tensor
     */
    Matrix pack(Tensor weights, MemorySegment into);

    /** The same in memory that the garbage collector frees. */
    default Matrix pack(Tensor weights) {
        long bytes = packedBytes(weights.type(), weights.rows(), weights.columns());
        return pack(weights, Arena.ofAuto().allocate(bytes, 64));
    }

    /**
     * A matrix that {@link #pack} left in {@code packed}, in this process or in one before. What it holds is not
     * looked at: whoever kept it answers for its being of this type, these dimensions and this {@link #packing()}.
     */
    Matrix packed(ElementType type, int rows, int columns, MemorySegment packed);

    /** Names the packed form; changes whenever its bytes would. */
    String packing();

    /** {@code out[t] = table[ids[t]]} as floats; {@code table} has one row per id. */
    void embed(Tensor table, int[] ids, int count, Rows out);

    /** {@code y[t][r] = sum over k of w[r][k] * x[t][k]} with float activations. */
    void matmul(Matrix w, Rows x, int count, Rows y);

    /** Per run of 32 elements: scale = max|x| / 127, value = round-half-away(x / scale), 0 for a run of zeros. */
    void quantizeActivations(Rows x, int count, QuantizedRows q);

    /**
     * A low-rank update in this backend's form, in memory that the garbage collector frees.
     *
     * @param a [rank, inputs]
     * @param b [outputs, rank]
     */
    LowRank packLowRank(Rows a, Rows b, float scale);

    /**
     * {@code y[t] += B (scale * (A x[t]))} for the rows of every span, each with its own update: all adapters of a
     * batch in one call (Sheng et al., S-LoRA, arXiv 2311.03285). A x runs in partial sums like a norm, B's part is a
     * chain in order of the ranks that starts at {@code y}.
     *
     * @param spans do not overlap; all updates have {@code x.width()} inputs and {@code y.width()} outputs
     */
    void addLowRank(List<LowRank.Span> spans, Rows x, Rows y);

    /**
     * {@code norms[r]}: length of row r of {@code w + scale * b a}, which is summed rank by rank and never stored whole
     * (Liu et al., DoRA, arXiv 2402.09353).
     *
     * @param a [rank, inputs]
     * @param b [outputs, rank]
     * @param norms at least as many as {@code w} has rows
     */
    void rowNorms(Matrix w, Rows a, Rows b, float scale, float[] norms);

    /** {@code x[t][i] *= factors[i]} for {@code from <= t < to}. */
    void scaleColumns(Rows x, int from, int to, float[] factors);

    /**
     * The product with 8-bit activations: integer sums inside a block of 32, floats between blocks. For F32, F16 and
     * BF16 weights the activations are dequantised first. A backend may keep {@code x} in a form of its own for the
     * products that follow: between them nothing but {@link #quantizeActivations} may change it.
     */
    void matmulQ8(Matrix w, QuantizedRows x, int count, Rows y);

    /** {@code y = x / sqrt(mean(x^2) + epsilon) * weight} per row; {@code y} may be {@code x}. */
    void rmsNorm(Rows x, int count, float[] weight, float epsilon, Rows y);

    /** {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias} per row; {@code y} may be {@code x}. */
    void layerNorm(Rows x, int count, float[] weight, float[] bias, float epsilon, Rows y);

    /** {@code x[t] += bias}. */
    void addBias(Rows x, int count, float[] bias);

    /** {@code x += y}, element by element. */
    void add(Rows x, int count, Rows y);

    /** Rotates each head of each row in place; {@code x} has {@code headCount * headSize} columns. */
    void rope(Rows x, int count, int headCount, int headSize, RopeTable table, int[] positions);

    /** Writes each row's keys and values of {@code layer} into its block, rounding to the cache's type. */
    void storeKv(Rows keys, Rows values, int count, KvRows kv, int layer);

    /**
     * Causal softmax attention with grouped queries over the cache: row t attends to the positions up to positions[t]
     * that the rule lets it see.
     *
     * @param queries {@code headCount * headSize} columns; heads are split evenly among the layout's KV heads
     */
    void attention(Rows queries, int count, int headCount, AttentionRule rule, KvRows kv, int layer, Rows out);

    /** {@code out = silu(gate) * up}, silu(x) = x / (1 + exp(-x)); {@code out} may be either input. */
    void siluMultiply(Rows gate, Rows up, int count, Rows out);

    /**
     * {@code out = gelu(gate) * up} with the tanh form, gelu(x) = x / (1 + exp(-2 sqrt(2 / pi) (x + 0.044715 x^3)))
     * (Hendrycks and Gimpel, arXiv 1606.08415); {@code out} may be either input.
     */
    void geluMultiply(Rows gate, Rows up, int count, Rows out);

    /** {@code x = activation(x)}, element by element. */
    void activate(Activation activation, Rows x, int count);

    /** {@code x = cap * tanh(x / cap)}, element by element. */
    void softcap(Rows x, int count, float cap);

    /** {@code x *= factor}, element by element. */
    void scale(Rows x, int count, float factor);

    /** Elements of a run of {@link #maxima} and {@link #exponentialSums}; the last run may be shorter. */
    int RUN = 128;

    /** The largest of each run of {@code x[from .. from + count)}; NaN where one of the run is. */
    void maxima(float[] x, int from, int count, float[] out);

    /** The sum of {@code e^(x - shift)} over each run of {@code x[from .. from + count)}. */
    void exponentialSums(float[] x, int from, int count, float shift, float[] out);
}
