package quern.inference.fit;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import quern.config.EngineConfig;
import quern.config.KvConfig;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFormatException;
import quern.inference.transformer.CacheType;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;

/**
 * What a model takes of memory and of work once a backend has packed it. Found without packing it: a few rows of each
 * kind of matrix tell.
 *
 * @param parameters all weights, experts that a token does not meet included
 * @param packedBytes matrices in the backend's form
 * @param mappedBytes weights read where they lie in the file: the embeddings, and all of them where nothing is packed
 * @param activeBytes packed weights that one token reads
 * @param kvBytesPerToken keys and values of one token, all layers
 * @param scratchBytes buffers of the largest step
 * @param promptMacsPerToken multiplications and additions of one prompt token, attention left out
 * @param contextTokensMax longest sequence: what it was trained for, what the configuration and the KV arena allow
 */
public record ModelFit(
        ModelShape shape,
        long parameters,
        long packedBytes,
        long mappedBytes,
        long activeBytes,
        long kvBytesPerToken,
        long scratchBytes,
        long promptMacsPerToken,
        int contextTokensMax) {

    private static final Pattern EXPERT = Pattern.compile("blk\\.\\d+\\.ffn_(gate|up|down)\\.\\d+\\.weight");
    private static final int SAMPLE_ROWS = 64;

    private record Row(ElementType type, int columns) {}

    /**
     * @throws ModelFormatException if the backend refuses a type of the file
     */
    public static ModelFit of(ModelFile file, Kernels kernels, EngineConfig engine, KvConfig kv) {
        ModelShape shape = file.shape();
        double expertShare = shape.traits().experts()
                .map(experts -> (double) experts.chosen() / experts.count()).orElse(1.0);
        boolean inPlace = kernels.name().equals("scalar");
        Map<Row, Double> rowBytes = new HashMap<>();
        long parameters = 0;
        long packed = 0;
        long mapped = 0;
        double active = 0;
        double macs = 0;
        for (String name : file.tensorNames()) {
            Tensor tensor = file.tensor(name);
            parameters += (long) tensor.rows() * tensor.columns();
            boolean embedding = name.equals("token_embd.weight");
            if (tensor.rows() == 1 || embedding && !shape.tiedEmbeddings()) {
                mapped += embedding ? tensor.bytes().byteSize() : 0;
                continue;
            }
            double share = EXPERT.matcher(name).matches() ? expertShare : 1;
            double bytes = tensor.rows() * rowBytes.computeIfAbsent(new Row(tensor.type(), tensor.columns()),
                    row -> packedRowBytes(tensor, kernels, file.name()));
            packed += inPlace ? 0 : Math.round(bytes);
            mapped += inPlace || embedding ? tensor.bytes().byteSize() : 0;
            active += share * bytes;
            // Of a prompt only the last token needs logits.
            boolean output = embedding || name.equals("output.weight");
            macs += output ? 0 : share * tensor.rows() * tensor.columns();
        }
        KvLayout layout = layout(shape, kv);
        long kvBytes = Math.ceilDiv(layout.blockBytes(), layout.blockTokens());
        return new ModelFit(shape, parameters, packed, mapped, Math.round(active), kvBytes,
                scratchBytes(shape, engine), Math.round(macs), contextTokens(shape, layout, engine, kv));
    }

    private static double packedRowBytes(Tensor tensor, Kernels kernels, String where) {
        int rows = Math.min(SAMPLE_ROWS, tensor.rows());
        var sample = new Tensor(tensor.name(), tensor.type(), rows, tensor.columns(),
                tensor.bytes().asSlice(0, tensor.type().bytesOf((long) rows * tensor.columns())));
        try {
            return (double) kernels.pack(sample).bytes() / rows;
        } catch (IllegalArgumentException refused) {
            throw new ModelFormatException(
                    where, "backend " + kernels.name() + " refuses " + refused.getMessage(), refused);
        }
    }

    private static KvLayout layout(ModelShape shape, KvConfig kv) {
        return CacheType.layout(shape, kv);
    }

    private static int contextTokens(ModelShape shape, KvLayout layout, EngineConfig engine, KvConfig kv) {
        long arena = kv.hot().bytes() / layout.blockBytes() * layout.blockTokens();
        long wanted = engine.contextTokens() == 0
                ? shape.contextTokens() : Math.min(engine.contextTokens(), shape.contextTokens());
        return (int) Math.min(wanted, arena);
    }

    private static long scratchBytes(ModelShape shape, EngineConfig engine) {
        long inner = shape.traits().experts().map(Traits.Experts::feedForward).orElse(0);
        long floatsPerRow = 5L * shape.hidden() + 2L * (shape.heads() + shape.kvHeads()) * shape.headSize()
                + 2L * Math.max(inner, shape.feedForward());
        return Float.BYTES * (2 * floatsPerRow * engine.maxBatchedTokens()
                + 2L * engine.sequencesMax() * shape.vocabulary());
    }

    /** Bytes of KV arena that hold the longest sequence the model was trained for. */
    public long fullContextBytes() {
        return kvBytesPerToken * shape.contextTokens();
    }
}
