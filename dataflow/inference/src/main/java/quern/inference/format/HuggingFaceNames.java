package quern.inference.format;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF's names for the tensors of Llama and Qwen2 checkpoints. */
final class HuggingFaceNames {

    private static final Map<String, String> OUTER = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private static final Map<String, String> INNER = Map.ofEntries(
            Map.entry("input_layernorm.weight", "attn_norm.weight"),
            Map.entry("self_attn.q_proj.weight", "attn_q.weight"),
            Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
            Map.entry("self_attn.v_proj.weight", "attn_v.weight"),
            Map.entry("self_attn.o_proj.weight", "attn_output.weight"),
            Map.entry("self_attn.q_proj.bias", "attn_q.bias"),
            Map.entry("self_attn.k_proj.bias", "attn_k.bias"),
            Map.entry("self_attn.v_proj.bias", "attn_v.bias"),
            Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
            Map.entry("mlp.gate_proj.weight", "ffn_gate.weight"),
            Map.entry("mlp.up_proj.weight", "ffn_up.weight"),
            Map.entry("mlp.down_proj.weight", "ffn_down.weight"));

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(0|[1-9][0-9]{0,3})\\.(.+)");

    private HuggingFaceNames() {}

    /** Empty for a tensor that no supported model has. */
    static Optional<String> gguf(String name) {
        String outer = OUTER.get(name);
        if (outer != null) {
            return Optional.of(outer);
        }
        Matcher layer = LAYER.matcher(name);
        return layer.matches()
                ? Optional.ofNullable(INNER.get(layer.group(2))).map(inner -> "blk." + layer.group(1) + "." + inner)
                : Optional.empty();
    }

    /** Old checkpoints also store the rope's frequencies, which follow from the configuration. */
    static boolean isDerived(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }
}
