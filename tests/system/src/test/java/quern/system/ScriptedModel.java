package quern.system;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import quern.gpu.tensor.Tensor;
import quern.inference.format.GgufWriter;

/**
 * A GGUF file whose model says one text whatever it is asked, and can be tuned: one layer of the llama kind with small
 * random weights, one token a byte, and a token for each piece of the text, whose embedding leads to the next one.
 */
final class ScriptedModel {

    private static final int WIDTH = 64;
    private static final int FEED_FORWARD = 96;
    private static final float LOUD = 100;
    private static final String TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
            + "message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
            + "{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private final Random random = new Random(11);
    private final GgufWriter writer = new GgufWriter();

    private ScriptedModel() {}

    /** @param pieces of the answer, all different, fewer than 60 */
    static Path write(Path file, List<String> pieces) {
        return new ScriptedModel().writeTo(file, pieces);
    }

    private Path writeTo(Path file, List<String> pieces) {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(spelled(new byte[] {(byte) b}));
        }
        // The one merge, because there has to be one.
        tokens.add("\u0120t");
        int begin = tokens.size();
        tokens.addAll(List.of("<|im_start|>", "<|im_end|>"));
        int end = begin + 1;
        int first = tokens.size();
        pieces.forEach(piece -> tokens.add(spelled(piece.getBytes(StandardCharsets.UTF_8))));
        int[] types = new int[tokens.size()];
        Arrays.fill(types, 1);
        types[begin] = 3;
        types[end] = 3;
        writer.text("general.architecture", "llama").text("general.name", "scripted")
                .integer("llama.context_length", 4096).integer("llama.embedding_length", WIDTH)
                .integer("llama.block_count", 1).integer("llama.feed_forward_length", FEED_FORWARD)
                .integer("llama.attention.head_count", 2).integer("llama.attention.head_count_kv", 2)
                .integer("llama.rope.dimension_count", WIDTH / 2).real("llama.rope.freq_base", 10_000)
                .real("llama.attention.layer_norm_rms_epsilon", 1e-5f).integer("llama.vocab_size", tokens.size())
                .text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "qwen2")
                .texts("tokenizer.ggml.tokens", tokens).texts("tokenizer.ggml.merges", List.of("\u0120 t"))
                .integers("tokenizer.ggml.token_type", types).flag("tokenizer.ggml.add_bos_token", false)
                .integer("tokenizer.ggml.bos_token_id", begin).integer("tokenizer.ggml.eos_token_id", end)
                .text("tokenizer.chat_template", TEMPLATE);
        float[] in = noise(tokens.size() * WIDTH);
        float[] out = noise(tokens.size() * WIDTH);
        // What comes before an answer is a line end; from there each token leads to the next, the last one to the end.
        int from = '\n';
        for (int i = 0; i <= pieces.size(); i++) {
            int to = i < pieces.size() ? first + i : end;
            in[from * WIDTH + i] = LOUD;
            out[to * WIDTH + i] = LOUD;
            from = to;
        }
        writer.tensor(Tensor.ofFloats("token_embd.weight", tokens.size(), WIDTH, in));
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
            add("blk.0." + name, WIDTH, WIDTH);
        }
        add("blk.0.ffn_gate", FEED_FORWARD, WIDTH);
        add("blk.0.ffn_up", FEED_FORWARD, WIDTH);
        add("blk.0.ffn_down", WIDTH, FEED_FORWARD);
        for (String name : List.of("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm")) {
            float[] ones = new float[WIDTH];
            Arrays.fill(ones, 1);
            writer.tensor(Tensor.ofFloats(name + ".weight", 1, WIDTH, ones));
        }
        writer.tensor(Tensor.ofFloats("output.weight", tokens.size(), WIDTH, out));
        writer.write(file);
        return file;
    }

    private void add(String name, int rows, int columns) {
        writer.tensor(Tensor.ofFloats(name + ".weight", rows, columns, noise(rows * columns)));
    }

    private float[] noise(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.05f;
        }
        return values;
    }

    /** Bytes as GPT-2 writes them in its vocabulary. */
    private static String spelled(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) {
            int b = one & 255;
            int shown = 0;
            for (int other = 0; other < b; other++) {
                shown += isPlain(other) ? 0 : 1;
            }
            text.append((char) (isPlain(b) ? b : 256 + shown));
        }
        return text.toString();
    }

    private static boolean isPlain(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
    }
}
