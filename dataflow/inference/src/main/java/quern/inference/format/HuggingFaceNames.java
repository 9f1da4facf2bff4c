package quern.inference.format;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.inference.transformer.Traits.NormPlacement;

/** GGUF's names for the tensors of Hugging Face checkpoints. */
final class HuggingFaceNames {

    /** What stands in front of all names but the output's, unless the model was stored without an output. */
    private static final String MODEL = "model.";

    private static final Map<String, String> OUTER = Map.of(
            "embed_tokens.weight", "token_embd.weight",
            "norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private static final Map<String, String> MODULES = Map.ofEntries(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.qkv_proj", "attn_qkv"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.gate_up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"),
            Map.entry("mlp.gate", "ffn_gate_inp"),
            Map.entry("block_sparse_moe.gate", "ffn_gate_inp"));

    /** The second norm of a layer stands before the feed-forward, or behind attention where there are more. */
    private static final Map<NormPlacement, Map<String, String>> NORMS = Map.of(
            NormPlacement.BEFORE, Map.of("post_attention_layernorm", "ffn_norm"),
            NormPlacement.AROUND, Map.of(
                    "post_attention_layernorm", "post_attention_norm",
                    "pre_feedforward_layernorm", "ffn_norm",
                    "post_feedforward_layernorm", "post_ffw_norm"),
            NormPlacement.AFTER, Map.of(
                    "post_attention_layernorm", "post_attention_norm",
                    "post_feedforward_layernorm", "post_ffw_norm"));

    private static final Map<String, String> EXPERT_MODULES = Map.of(
            "gate_proj", "ffn_gate", "up_proj", "ffn_up", "down_proj", "ffn_down",
            "w1", "ffn_gate", "w3", "ffn_up", "w2", "ffn_down");

    private static final Pattern LAYER =
            Pattern.compile("(?:model\\.)?layers\\.(0|[1-9][0-9]{0,3})\\.(.+)\\.(weight|bias)");
    private static final Pattern EXPERT =
            Pattern.compile("(?:mlp|block_sparse_moe)\\.experts\\.(0|[1-9][0-9]{0,3})\\.([a-z0-9_]+)");

    private final NormPlacement norms;

    HuggingFaceNames(NormPlacement norms) {
        this.norms = norms;
    }

    /** Empty for a tensor that no supported model has. */
    Optional<String> gguf(String name) {
        String outer = OUTER.get(name.startsWith(MODEL) ? name.substring(MODEL.length()) : name);
        if (outer != null) {
            return Optional.of(outer);
        }
        Matcher layer = LAYER.matcher(name);
        return layer.matches()
                ? module(layer.group(2)).map(module ->
                        "blk." + layer.group(1) + "." + module + "." + layer.group(3))
                : Optional.empty();
    }

    private Optional<String> module(String name) {
        Matcher expert = EXPERT.matcher(name);
        if (expert.matches()) {
            return Optional.ofNullable(EXPERT_MODULES.get(expert.group(2)))
                    .map(module -> module + "." + expert.group(1));
        }
        return Optional.ofNullable(MODULES.get(name)).or(() -> Optional.ofNullable(NORMS.get(norms).get(name)));
    }

    /** Old checkpoints also store the rope's frequencies, which follow from the configuration. */
    static boolean isDerived(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }
}
