package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The language model inside one that also sees pictures: its part of {@code config.json} and its tensors under the
 * names they have when it stands alone. Of a model that is nothing but text, all of it.
 *
 * @param config of the language model
 * @param whole there are no other parts
 */
record TextPart(JsonNode config, boolean whole) {

    /** What such a file leaves out because it is the usual value of its kind. */
    private static final Map<String, Integer> GEMMA3 = Map.ofEntries(
            Map.entry("vocab_size", 262_208), Map.entry("num_attention_heads", 8),
            Map.entry("num_key_value_heads", 4), Map.entry("head_dim", 256),
            Map.entry("max_position_embeddings", 131_072), Map.entry("rope_theta", 1_000_000),
            Map.entry("rope_local_base_freq", 10_000), Map.entry("query_pre_attn_scalar", 256),
            Map.entry("sliding_window", 4096), Map.entry("hidden_size", 2304),
            Map.entry("intermediate_size", 9216), Map.entry("num_hidden_layers", 26));

    private record Kind(String whole, String text, Map<String, Integer> usual) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("Gemma3ForConditionalGeneration", "Gemma3ForCausalLM", GEMMA3),
            new Kind("Mistral3ForConditionalGeneration", "MistralForCausalLM", Map.of()));

    private static final List<String> PREFIXES = List.of("language_model.", "model.language_model.");
    private static final List<String> OTHER_PARTS = List.of(
            "vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector.");

    /** @param config {@code config.json} */
    static TextPart of(JsonNode config) {
        String architecture = config.path("architectures").path(0).asText("");
        Optional<Kind> kind = KINDS.stream().filter(one -> one.whole.equals(architecture)).findFirst();
        if (kind.isEmpty() || !config.path("text_config").isObject()) {
            return new TextPart(config, true);
        }
        ObjectNode text = config.path("text_config").deepCopy();
        kind.get().usual.forEach((key, value) -> {
            boolean spelledAnew = key.startsWith("rope_") && text.has("rope_parameters");
            if (!text.hasNonNull(key) && !spelledAnew) {
                text.put(key, value.intValue());
            }
        });
        text.putArray("architectures").add(kind.get().text);
        for (String key : List.of("bos_token_id", "eos_token_id", "tie_word_embeddings")) {
            if (!text.hasNonNull(key) && config.hasNonNull(key)) {
                text.set(key, config.get(key));
            }
        }
        return new TextPart(text, false);
    }

    /** The tensor's name in the language model alone; empty if it belongs to another part. */
    Optional<String> name(String stored) {
        if (whole) {
            return Optional.of(stored);
        }
        if (OTHER_PARTS.stream().anyMatch(stored::startsWith)) {
            return Optional.empty();
        }
        if (stored.startsWith(PREFIXES.get(1))) {
            return Optional.of("model." + stored.substring(PREFIXES.get(1).length()));
        }
        return Optional.of(stored.startsWith(PREFIXES.get(0)) ? stored.substring(PREFIXES.get(0).length()) : stored);
    }
}
