package quern.inference.format;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF's names for the tensors of BERT, RoBERTa and DistilBERT checkpoints. */
final class EncoderNames {

    private static final Map<String, String> OUTER = Map.of(
            "word_embeddings", "token_embd",
            "position_embeddings", "position_embd",
            "token_type_embeddings", "token_types",
            "LayerNorm", "token_embd_norm");

    private static final Map<String, String> INNER = Map.ofEntries(
            Map.entry("attention.self.query", "attn_q"),
            Map.entry("attention.self.key", "attn_k"),
            Map.entry("attention.self.value", "attn_v"),
            Map.entry("attention.output.dense", "attn_output"),
            Map.entry("attention.output.LayerNorm", "attn_output_norm"),
            Map.entry("intermediate.dense", "ffn_up"),
            Map.entry("output.dense", "ffn_down"),
            Map.entry("output.LayerNorm", "layer_output_norm"),
            Map.entry("attention.q_lin", "attn_q"),
            Map.entry("attention.k_lin", "attn_k"),
            Map.entry("attention.v_lin", "attn_v"),
            Map.entry("attention.out_lin", "attn_output"),
            Map.entry("sa_layer_norm", "attn_output_norm"),
            Map.entry("ffn.lin1", "ffn_up"),
            Map.entry("ffn.lin2", "ffn_down"),
            Map.entry("output_layer_norm", "layer_output_norm"));

    private static final String MODEL = "(?:bert\\.|roberta\\.|distilbert\\.)?";
    private static final String KIND = "\\.(weight|bias|gamma|beta)";
    private static final Pattern EMBEDDINGS = Pattern.compile(MODEL + "embeddings\\.([A-Za-z_]+)" + KIND);
    private static final Pattern LAYER = Pattern.compile(
            MODEL + "(?:encoder|transformer)\\.layer\\.(0|[1-9][0-9]{0,3})\\.(.+?)" + KIND);
    /** Heads for other tasks, and counters that old checkpoints hold. */
    private static final Pattern UNUSED = Pattern.compile(
            MODEL + "(?:embeddings\\.(?:position|token_type)_ids|pooler\\..*|cls\\..*|lm_head\\..*"
                    + "|vocab_(?:transform|layer_norm|projector)\\..*)");

    private EncoderNames() {}

    /** Whether a tensor of this name takes no part in embeddings. */
    static boolean isUnused(String name) {
        return UNUSED.matcher(name).matches();
    }

    /** Empty for a tensor that no supported encoder has. */
    static Optional<String> gguf(String name) {
        Matcher outer = EMBEDDINGS.matcher(name);
        if (outer.matches()) {
            return Optional.ofNullable(OUTER.get(outer.group(1))).map(known -> known + kind(outer.group(2)));
        }
        Matcher layer = LAYER.matcher(name);
        return layer.matches()
                ? Optional.ofNullable(INNER.get(layer.group(2)))
                        .map(known -> "blk." + layer.group(1) + "." + known + kind(layer.group(3)))
                : Optional.empty();
    }

    /** Checkpoints made from TensorFlow's call the parts of a layer norm gamma and beta. */
    private static String kind(String kind) {
        return kind.equals("weight") || kind.equals("gamma") ? ".weight" : ".bias";
    }
}
