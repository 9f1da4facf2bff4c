package quern.inference.encoder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.Encodings;
import quern.inference.format.GgufWriter;

/** Writes a {@link TinyEncoder} as the files people have. Its words are {@code a0}, {@code a1}, ... */
public final class EncoderModels {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]");

    private EncoderModels() {}

    /** Tensor names of BERT checkpoints for GGUF's. */
    public static String bert(String name) {
        return name.replace("token_embd_norm", "embeddings.LayerNorm")
                .replace("token_embd", "embeddings.word_embeddings")
                .replace("position_embd", "embeddings.position_embeddings")
                .replace("token_types", "embeddings.token_type_embeddings")
                .replace("blk.", "encoder.layer.")
                .replace("attn_output_norm", "attention.output.LayerNorm")
                .replace("attn_output", "attention.output.dense")
                .replace("attn_q", "attention.self.query")
                .replace("attn_k", "attention.self.key")
                .replace("attn_v", "attention.self.value")
                .replace("ffn_up", "intermediate.dense")
                .replace("ffn_down", "output.dense")
                .replace("layer_output_norm", "output.LayerNorm");
    }

    /** Those of DistilBERT. */
    public static String distilbert(String name) {
        return bert(name).replace("encoder.layer", "transformer.layer")
                .replace("attention.output.LayerNorm", "sa_layer_norm")
                .replace("attention.output.dense", "attention.out_lin")
                .replace("attention.self.query", "attention.q_lin")
                .replace("attention.self.key", "attention.k_lin")
                .replace("attention.self.value", "attention.v_lin")
                .replace("intermediate.dense", "ffn.lin1")
                .replace("output.dense", "ffn.lin2")
                .replace("output.LayerNorm", "output_layer_norm");
    }

    /** {@code config.json} of BERT and RoBERTa. */
    public static ObjectNode config(TinyEncoder model, String architecture) {
        EncoderShape shape = model.shape();
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add(architecture);
        return config.put("num_hidden_layers", shape.layers()).put("hidden_size", shape.hidden())
                .put("num_attention_heads", shape.heads()).put("intermediate_size", shape.feedForward())
                .put("vocab_size", shape.vocabulary()).put("layer_norm_eps", shape.normEpsilon())
                .put("max_position_embeddings", shape.contextTokens() + shape.positionOffset())
                .put("type_vocab_size", shape.tokenTypes() ? 2 : 0)
                .put("pad_token_id", Math.max(0, shape.positionOffset() - 1))
                .put("hidden_act", shape.activation() == quern.gpu.kernel.Activation.GELU ? "gelu" : "gelu_new");
    }

    /** A directory with config, weights and tokenizer. */
    public static Path directory(Path directory, TinyEncoder model, ObjectNode config, UnaryOperator<String> names)
            throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config.toString());
        Files.writeString(directory.resolve("tokenizer.json"), tokenizer(model).toString());
        ObjectNode header = JSON.createObjectNode();
        ByteArrayOutputStream weights = new ByteArrayOutputStream();
        for (Tensor tensor : model.tensors().values()) {
            byte[] bytes = tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
            entry(header, names.apply(tensor.name()), "F32", weights.size(), bytes.length,
                    tensor.rows() == 1 && !tensor.name().contains("embd.") ? List.of(tensor.columns())
                            : List.of(tensor.rows(), tensor.columns()));
            weights.write(bytes);
        }
        entry(header, "embeddings.position_ids", "I64", weights.size(), 16, List.of(1, 2));
        weights.write(new byte[16]);
        byte[] head = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(head.length).array());
        file.write(head);
        weights.writeTo(file);
        Files.write(directory.resolve("model.safetensors"), file.toByteArray());
        return directory;
    }

    private static void entry(
            ObjectNode header, String name, String type, int from, int bytes, List<Integer> dimensions) {
        ObjectNode entry = header.putObject(name).put("dtype", type);
        ArrayNode shape = entry.putArray("shape");
        dimensions.forEach(shape::add);
        entry.putArray("data_offsets").add(from).add(from + bytes);
    }

    /** Its tokens in order of ids. */
    public static List<String> words(TinyEncoder model) {
        List<String> words = new ArrayList<>(SPECIAL);
        while (words.size() < model.shape().vocabulary()) {
            words.add("a" + (words.size() - SPECIAL.size()));
        }
        return words;
    }

    private static ObjectNode tokenizer(TinyEncoder model) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", true).put("lowercase", true).putNull("strip_accents");
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode post = root.putObject("post_processor").put("type", "BertProcessing");
        post.putArray("sep").add("[SEP]").add(3);
        post.putArray("cls").add("[CLS]").add(2);
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.addObject().put("id", id).put("content", SPECIAL.get(id)).put("special", true);
        }
        ObjectNode pieces = root.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        ObjectNode vocabulary = pieces.putObject("vocab");
        List<String> words = words(model);
        for (int id = 0; id < words.size(); id++) {
            vocabulary.put(words.get(id), id);
        }
        return root;
    }

    /** A GGUF file of architecture bert, matrices in {@code type}. */
    public static Path gguf(Path file, TinyEncoder model, ElementType type, int poolingType) {
        EncoderShape shape = model.shape();
        List<String> words = words(model).stream().map(word -> word.startsWith("[") ? word : "\u2581" + word).toList();
        GgufWriter writer = new GgufWriter().text("general.architecture", "bert")
                .integer("bert.block_count", shape.layers()).integer("bert.context_length", shape.contextTokens())
                .integer("bert.embedding_length", shape.hidden()).integer("bert.attention.head_count", shape.heads())
                .integer("bert.feed_forward_length", shape.feedForward())
                .real("bert.attention.layer_norm_epsilon", shape.normEpsilon())
                .flag("bert.attention.causal", false).integer("bert.pooling_type", poolingType)
                .text("tokenizer.ggml.model", "bert").texts("tokenizer.ggml.tokens", words)
                .integers("tokenizer.ggml.token_type",
                        words.stream().mapToInt(word -> word.startsWith("[") ? 3 : 1).toArray())
                .integer("tokenizer.ggml.bos_token_id", 2).integer("tokenizer.ggml.seperator_token_id", 3)
                .integer("tokenizer.ggml.unknown_token_id", 1);
        for (Tensor tensor : model.tensors().values()) {
            boolean matrix = tensor.rows() > 1 && tensor.name().startsWith("blk.");
            writer.tensor(Encodings.encode(tensor, matrix ? type : ElementType.F32));
        }
        writer.write(file);
        return file;
    }
}
