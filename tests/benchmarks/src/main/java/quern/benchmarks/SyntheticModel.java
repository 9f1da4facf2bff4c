package quern.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import quern.config.QuernException;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/** A Llama-style model of any shape with random weights in one type, for measuring speed where no file is at hand. */
final class SyntheticModel implements ModelFile {

    /** The shape of SmolLM-135M: 30 layers, hidden 576, 9 heads on 3, inner width 1536, 49,152 tokens, tied. */
    static final ModelShape SHAPE_135M = new ModelShape("llama", 30, 576, 9, 3, 64, 1536, 49_152, 2048, 1e-5f,
            RopeTable.of(false, 64, 10_000), true, false);

    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private final ModelShape shape;
    private final ElementType type;
    private final SplittableRandom random = new SplittableRandom(11);
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    SyntheticModel(ModelShape shape, ElementType type) {
        this.shape = shape;
        this.type = type;
        matrix("token_embd.weight", shape.vocabulary(), shape.hidden());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String at = "blk." + layer + ".";
            int keyWidth = shape.kvHeads() * shape.headSize();
            int queryWidth = shape.heads() * shape.headSize();
            ones(at + "attn_norm.weight");
            matrix(at + "attn_q.weight", queryWidth, shape.hidden());
            matrix(at + "attn_k.weight", keyWidth, shape.hidden());
            matrix(at + "attn_v.weight", keyWidth, shape.hidden());
            matrix(at + "attn_output.weight", shape.hidden(), queryWidth);
            ones(at + "ffn_norm.weight");
            matrix(at + "ffn_gate.weight", shape.feedForward(), shape.hidden());
            matrix(at + "ffn_up.weight", shape.feedForward(), shape.hidden());
            matrix(at + "ffn_down.weight", shape.hidden(), shape.feedForward());
        }
        ones("output_norm.weight");
    }

    private void ones(String name) {
        float[] values = new float[shape.hidden()];
        Arrays.fill(values, 1f);
        tensors.put(name, Tensor.ofFloats(name, 1, values.length, values));
    }

    /** Weights of standard deviation about 1 / sqrt(columns), so that activations keep their size. */
    private void matrix(String name, int rows, int columns) {
        MemorySegment bytes = arena.allocate(type.bytesOf((long) rows * columns), 64);
        double bound = Math.sqrt(3.0 / columns);
        switch (type) {
            case Q8_0, Q4_0 -> {
                short scale = Float.floatToFloat16((float) (bound / (type == ElementType.Q8_0 ? 127 : 8)));
                for (long at = 0; at < bytes.byteSize(); at += type.blockBytes()) {
                    bytes.set(HALF, at, scale);
                    for (int i = 2; i < type.blockBytes(); i++) {
                        bytes.set(ValueLayout.JAVA_BYTE, at + i, (byte) random.nextInt());
                    }
                }
            }
            case F32 -> {
                for (long i = 0; i < bytes.byteSize() / 4; i++) {
                    bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) ((random.nextDouble() * 2 - 1) * bound));
                }
            }
            default -> throw new IllegalArgumentException(type + ", expected Q8_0, Q4_0 or F32");
        }
        tensors.put(name, new Tensor(name, type, rows, columns, bytes));
    }

    @Override
    public ModelShape shape() {
        return shape;
    }

    @Override
    public Set<String> tensorNames() {
        return tensors.keySet();
    }

    @Override
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new QuernException(QuernException.Category.ERROR, "synthetic model has no " + name);
        }
        return tensor;
    }

    @Override
    public Tokenizer tokenizer() {
        return new ByteTokenizer(shape.vocabulary());
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.empty();
    }

    @Override
    public String name() {
        return "synthetic-" + type;
    }

    @Override
    public String fingerprint() {
        return name();
    }

    @Override
    public void close() {
        arena.close();
    }

    /** One token a byte; the rest of the vocabulary has no text. */
    private record ByteTokenizer(int vocabularySize) implements Tokenizer {

        @Override
        public int[] encode(String text, boolean begin) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xff;
            }
            return ids;
        }

        @Override
        public int[] encodeTemplate(String rendered) {
            return encode(rendered, false);
        }

        @Override
        public int[] encodeTemplate(PromptText prompt) {
            return encode(prompt.text(), false);
        }

        @Override
        public byte[] bytes(int token) {
            return token < 256 ? new byte[] {(byte) token} : new byte[0];
        }

        @Override
        public String decode(int[] tokens) {
            byte[] bytes = new byte[tokens.length];
            int size = 0;
            for (int token : tokens) {
                if (token < 256) {
                    bytes[size++] = (byte) token;
                }
            }
            return new String(bytes, 0, size, StandardCharsets.UTF_8);
        }

        @Override
        public OptionalInt beginToken() {
            return OptionalInt.empty();
        }

        @Override
        public List<Integer> endTokens() {
            return List.of();
        }

        @Override
        public boolean isControl(int token) {
            return false;
        }

        @Override
        public String text(int token) {
            return decode(new int[] {token});
        }
    }
}
