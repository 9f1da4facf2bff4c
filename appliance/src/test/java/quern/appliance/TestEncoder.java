package quern.appliance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quern.gpu.tensor.Tensor;
import quern.inference.format.GgufWriter;

/** A GGUF file with an encoder of one layer, random weights and one word a letter; at most 16 tokens, 8 numbers. */
public final class TestEncoder {

    public static final int WIDTH = 8;
    private static final int CONTEXT_TOKENS = 16;

    private final Random random = new Random(4);
    private final GgufWriter writer = new GgufWriter();

    private TestEncoder() {}

    public static Path write(Path file) {
        return new TestEncoder().writeTo(file);
    }

    private Path writeTo(Path file) {
        List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]"));
        for (char letter = 'a'; letter <= 'z'; letter++) {
            words.add("\u2581" + letter);
        }
        writer.text("general.architecture", "bert").integer("bert.block_count", 1)
                .integer("bert.context_length", CONTEXT_TOKENS).integer("bert.embedding_length", WIDTH)
                .integer("bert.attention.head_count", 2).integer("bert.feed_forward_length", 12)
                .real("bert.attention.layer_norm_epsilon", 1e-12f).integer("bert.pooling_type", 1)
                .text("tokenizer.ggml.model", "bert").texts("tokenizer.ggml.tokens", words)
                .integers("tokenizer.ggml.token_type",
                        words.stream().mapToInt(word -> word.startsWith("[") ? 3 : 1).toArray())
                .integer("tokenizer.ggml.bos_token_id", 2).integer("tokenizer.ggml.seperator_token_id", 3)
                .integer("tokenizer.ggml.unknown_token_id", 1);
        add("token_embd.weight", words.size(), WIDTH);
        add("position_embd.weight", CONTEXT_TOKENS, WIDTH);
        add("token_types.weight", 2, WIDTH);
        norm("token_embd_norm");
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
            linear("blk.0." + name, WIDTH, WIDTH);
        }
        norm("blk.0.attn_output_norm");
        linear("blk.0.ffn_up", 12, WIDTH);
        linear("blk.0.ffn_down", WIDTH, 12);
        norm("blk.0.layer_output_norm");
        writer.write(file);
        return file;
    }

    private void linear(String name, int rows, int columns) {
        add(name + ".weight", rows, columns);
        add(name + ".bias", 1, rows);
    }

    private void norm(String name) {
        add(name + ".weight", 1, WIDTH);
        add(name + ".bias", 1, WIDTH);
    }

    private void add(String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        writer.tensor(Tensor.ofFloats(name, rows, columns, values));
    }
}
