package quern.inference.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.SourceTensor.Part;
import quern.inference.format.SourceTensor.StoredRows;
import quern.inference.transformer.ModelShape;

/**
 * A model of a true shape with random weights, for benchmarks and tests. Weights are normal with a deviation of
 * {@code 1 / sqrt(columns)}, so activations keep their size; norms are ones. A matrix's blocks are drawn from a small
 * stock of quantised ones, which makes gigabytes in seconds; the same seed gives the same bytes.
 */
public final class RandomModel implements GgufSource {

    private static final int STOCK = 1024;
    private static final int PIECE_MAX = 256;

    private record StockKey(ElementType type, int columns) {}

    private final String name;
    private final ModelShape shape;
    private final RopeMetadata rope;
    private final GgufTokenizer tokenizer;
    private final BiFunction<String, List<Integer>, ElementType> types;
    private final long seed;
    private final Map<StockKey, byte[]> stocks = new HashMap<>();
    private final List<SourceTensor> tensors = new ArrayList<>();

    /** @param types of a tensor by name and dimensions, the row's length first */
    public RandomModel(RandomShape shape, BiFunction<String, List<Integer>, ElementType> types, long seed) {
        this.name = shape.label() + "-random";
        this.shape = shape.shape();
        this.rope = shape.rope();
        this.tokenizer = shape.tokenizer();
        this.types = types;
        this.seed = seed;
        addAll();
    }

    private void addAll() {
        matrix("token_embd.weight", shape.vocabulary(), shape.hidden());
        rope.divisors().forEach(this::vector);
        for (int layer = 0; layer < shape.layers(); layer++) {
            addLayer("blk." + layer + ".");
        }
        vector("output_norm.weight", filled(shape.hidden(), 1));
        if (!shape.tiedEmbeddings()) {
            matrix("output.weight", shape.vocabulary(), shape.hidden());
        }
    }

    private void addLayer(String at) {
        int queries = shape.heads() * shape.headSize();
        int keys = shape.kvHeads() * shape.headSize();
        vector(at + "attn_norm.weight", filled(shape.hidden(), 1));
        matrix(at + "attn_q.weight", queries, shape.hidden());
        matrix(at + "attn_k.weight", keys, shape.hidden());
        matrix(at + "attn_v.weight", keys, shape.hidden());
        matrix(at + "attn_output.weight", shape.hidden(), queries);
        if (shape.attentionBias()) {
            vector(at + "attn_q.bias", filled(queries, 0));
            vector(at + "attn_k.bias", filled(keys, 0));
            vector(at + "attn_v.bias", filled(keys, 0));
        }
        vector(at + "ffn_norm.weight", filled(shape.hidden(), 1));
        matrix(at + "ffn_gate.weight", shape.feedForward(), shape.hidden());
        matrix(at + "ffn_up.weight", shape.feedForward(), shape.hidden());
        matrix(at + "ffn_down.weight", shape.hidden(), shape.feedForward());
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    private void vector(String tensorName, float[] values) {
        Tensor tensor = Tensor.ofFloats(tensorName, 1, values.length, values);
        tensors.add(new SourceTensor(tensorName, ElementType.F32, List.of(values.length),
                List.of(new Part(tensorName, 1)), GgufCopy.rows(tensor)));
    }

    private void matrix(String tensorName, int rows, int columns) {
        List<Integer> dimensions = List.of(columns, rows);
        ElementType type = types.apply(tensorName, dimensions);
        long salt = seed * 0x9E3779B97F4A7C15L + tensors.size();
        tensors.add(new SourceTensor(tensorName, type, dimensions, List.of(new Part(tensorName, rows)),
                drawn(type, columns, salt)));
    }

    private StoredRows drawn(ElementType type, int columns, long salt) {
        int pieceElements = pieceElements(columns);
        int pieceBytes = (int) type.bytesOf(pieceElements);
        byte[] stock = stocks.computeIfAbsent(new StockKey(type, columns), this::stock);
        return (row, out, at) -> {
            SplittableRandom random = new SplittableRandom(salt * 0xD1342543DE82EF95L + row);
            for (int piece = 0; piece < columns / pieceElements; piece++) {
                System.arraycopy(
                        stock, random.nextInt(STOCK) * pieceBytes, out, at + piece * pieceBytes, pieceBytes);
            }
        };
    }

    /** Elements drawn at once: whole blocks of any type whose block fits the columns. */
    private static int pieceElements(int columns) {
        return Math.min(PIECE_MAX, Integer.lowestOneBit(columns));
    }

    private byte[] stock(StockKey key) {
        int pieceElements = pieceElements(key.columns);
        byte[] stock = new byte[(int) key.type.bytesOf((long) STOCK * pieceElements)];
        float[] values = new float[STOCK * pieceElements];
        SplittableRandom random = new SplittableRandom(seed ^ key.columns);
        double deviation = 1 / Math.sqrt(key.columns);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        Quantizer.row(key.type, values, 0, values.length, null, stock, 0);
        return stock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void describe(GgufWriter writer) {
        writer.text("general.architecture", Architecture.ofName(shape.architecture()).gguf())
                .text("general.type", "model").text("general.name", name)
                .text("general.description", "random weights in a true shape, seed " + seed);
        ShapeMetadata.put(shape, shape.contextTokens(), rope, writer, name);
        tokenizer.put(writer);
    }

    @Override
    public List<SourceTensor> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public List<String> remarks() {
        return List.of("the weights are random: the model writes nonsense at the speed of the real one");
    }

    @Override
    public void close() {
        stocks.clear();
    }
}
