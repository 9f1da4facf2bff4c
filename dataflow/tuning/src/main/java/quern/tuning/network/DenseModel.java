package quern.tuning.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import quern.gpu.Backend;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.DecoderNetwork.BlockWeights;
import quern.tuning.network.DecoderNetwork.Weights;

/** A model trained as a whole: all its parameters under their GGUF names, and the network over them. */
public final class DenseModel {

    /** Of the first weights; those that add to the residual stream have less (Radford et al., GPT-2). */
    private static final double DEVIATION = 0.02;

    private final ModelShape shape;
    private final List<Parameter> parameters = new ArrayList<>();
    private final DecoderNetwork network;

    /**
     * Random matrices, norms of one.
     *
     * @param shape without attention biases
     */
    public DenseModel(ModelShape shape, long seed, Backend backend) {
        this(shape, seed, backend, DecoderNetwork.windowRows(shape));
    }

    /** @param windowRowsMax most rows of a window of the network */
    DenseModel(ModelShape shape, long seed, Backend backend, int windowRowsMax) {
        if (shape.attentionBias()) {
            throw new IllegalArgumentException("training a whole model with attention biases, expected one without");
        }
        this.shape = shape;
        this.network = new DecoderNetwork(
                shape, new Builder(backend.trainingKernels(), seed).weights(), backend, new ScratchRows(),
                windowRowsMax);
    }

    public ModelShape shape() {
        return shape;
    }

    /** In a fixed order. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    public long parameterCount() {
        return parameters.stream().mapToLong(Parameter::size).sum();
    }

    public DecoderNetwork network() {
        return network;
    }

    /** The parameters as a model file's tensors: views that change as training goes on. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            tensors.put(parameter.name(), Tensor.ofFloats(
                    parameter.name(), parameter.values().count(), parameter.values().width(),
                    parameter.values().values()));
        }
        return tensors;
    }

    private final class Builder {

        private final TrainingKernels kernels;
        private final SplittableRandom random;

        Builder(TrainingKernels kernels, long seed) {
            this.kernels = kernels;
            this.random = new SplittableRandom(seed);
        }

        Weights weights() {
            Parameter table = matrix("token_embd.weight", shape.vocabulary(), shape.hidden(), DEVIATION);
            List<BlockWeights> blocks = new ArrayList<>();
            for (int i = 0; i < shape.layers(); i++) {
                blocks.add(block("blk." + i + "."));
            }
            Norm norm = norm("output_norm.weight");
            Parameter output = shape.tiedEmbeddings()
                    ? table
                    : matrix("output.weight", shape.vocabulary(), shape.hidden(), DEVIATION);
            return new Weights(new Embedding.Trained(table), blocks, norm, new DenseProjection(output, kernels));
        }

        private BlockWeights block(String prefix) {
            int hidden = shape.hidden();
            int attention = shape.heads() * shape.headSize();
            int kv = shape.kvHeads() * shape.headSize();
            double residual = DEVIATION / Math.sqrt(2.0 * shape.layers());
            return new BlockWeights(
                    norm(prefix + "attn_norm.weight"),
                    projection(prefix + "attn_q.weight", attention, hidden, DEVIATION),
                    projection(prefix + "attn_k.weight", kv, hidden, DEVIATION),
                    projection(prefix + "attn_v.weight", kv, hidden, DEVIATION),
                    projection(prefix + "attn_output.weight", hidden, attention, residual),
                    norm(prefix + "ffn_norm.weight"),
                    projection(prefix + "ffn_gate.weight", shape.feedForward(), hidden, DEVIATION),
                    projection(prefix + "ffn_up.weight", shape.feedForward(), hidden, DEVIATION),
                    projection(prefix + "ffn_down.weight", hidden, shape.feedForward(), residual));
        }

        private Projection projection(String name, int rows, int columns, double deviation) {
            return new DenseProjection(matrix(name, rows, columns, deviation), kernels);
        }

        private Parameter matrix(String name, int rows, int columns, double deviation) {
            Parameter parameter = Parameter.zeros(name, rows, columns, true);
            float[] values = parameter.values().values();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            parameters.add(parameter);
            return parameter;
        }

        private Norm norm(String name) {
            Parameter parameter = Parameter.zeros(name, 1, shape.hidden(), false);
            Arrays.fill(parameter.values().values(), 1f);
            parameters.add(parameter);
            return Norm.trained(parameter);
        }
    }
}
