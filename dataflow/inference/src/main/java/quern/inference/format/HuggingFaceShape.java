package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;

/** Reads the shape of a model from {@code config.json}, in the spelling of transformers 4 and 5 alike. */
final class HuggingFaceShape {

    private static final Map<String, String> ARCHITECTURES =
            Map.of("LlamaForCausalLM", "llama", "Qwen2ForCausalLM", "qwen2");

    private final JsonNode config;
    private final Map<String, Tensor> tensors;
    private final String where;

    private HuggingFaceShape(JsonNode config, Map<String, Tensor> tensors, String where) {
        this.config = config;
        this.tensors = tensors;
        this.where = where;
    }

    /** @param tensors by GGUF's names */
    static ModelShape of(JsonNode config, Map<String, Tensor> tensors, String where) {
        return new HuggingFaceShape(config, tensors, where).read();
    }

    private ModelShape read() {
        String architecture = architecture(config, where);
        refuse("attention_bias", !config.path("attention_bias").asBoolean(false), "false");
        refuse("mlp_bias", !config.path("mlp_bias").asBoolean(false), "false");
        refuse("use_sliding_window", !config.path("use_sliding_window").asBoolean(false), "false");
        refuse("hidden_act", config.path("hidden_act").asText("silu").equals("silu"), "silu");
        refuse("quantization_config", !config.hasNonNull("quantization_config"), "none");
        refuse("partial_rotary_factor", config.path("partial_rotary_factor").asDouble(1) == 1, "1");
        int hidden = number("hidden_size");
        int heads = number("num_attention_heads");
        int headSize = config.hasNonNull("head_dim") ? number("head_dim") : hidden / heads;
        if (headSize % 2 != 0) {
            throw new ModelFormatException(where, "head size " + headSize + ", expected an even number");
        }
        int vocabulary = number("vocab_size");
        ModelShape shape = new ModelShape(
                architecture,
                number("num_hidden_layers"),
                hidden,
                heads,
                config.hasNonNull("num_key_value_heads") ? number("num_key_value_heads") : heads,
                headSize,
                number("intermediate_size"),
                vocabulary,
                number("max_position_embeddings"),
                (float) real(config, "rms_norm_eps", 1e-6),
                rope(headSize),
                config.path("tie_word_embeddings").asBoolean(false),
                architecture.equals("qwen2"));
        return LlamaShape.checked(shape, tensors, where);
    }

    static String architecture(JsonNode config, String where) {
        String name = config.path("architectures").path(0).asText("(none)");
        String architecture = ARCHITECTURES.get(name);
        if (architecture == null) {
            throw new ModelFormatException(
                    where, "architecture " + name + ", supported are " + ARCHITECTURES.keySet());
        }
        return architecture;
    }

    private RopeTable rope(int headSize) {
        boolean newSpelling = config.hasNonNull("rope_parameters");
        JsonNode scaling = newSpelling ? config.path("rope_parameters") : config.path("rope_scaling");
        double base = real(newSpelling ? scaling : config, "rope_theta", 10_000);
        if (!(base > 1)) {
            throw new ModelFormatException(where, "rope_theta " + base + ", expected more than 1");
        }
        RopeTable table = RopeTable.of(false, headSize, base);
        String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
        switch (type) {
            case "default" -> { }
            case "linear" -> {
                double factor = positive(scaling, "factor");
                for (int i = 0; i < table.frequencies().length; i++) {
                    table.frequencies()[i] = (float) (table.frequencies()[i] / factor);
                }
            }
            case "llama3" -> stretch(table.frequencies(), scaling);
            default -> throw new ModelFormatException(
                    where, "rope type " + type + ", supported are default, linear and llama3");
        }
        return table;
    }

    /** Llama 3's scaling: long waves are slowed by the factor, short ones stay, between the two it fades. */
    private void stretch(float[] frequencies, JsonNode scaling) {
        double factor = positive(scaling, "factor");
        double low = positive(scaling, "low_freq_factor");
        double high = positive(scaling, "high_freq_factor");
        double context = positive(scaling, "original_max_position_embeddings");
        for (int i = 0; i < frequencies.length; i++) {
            double turns = context * frequencies[i] / (2 * Math.PI);
            double kept = high > low ? Math.clamp((turns - low) / (high - low), 0, 1) : turns < low ? 0 : 1;
            frequencies[i] = (float) ((1 - kept) * frequencies[i] / factor + kept * frequencies[i]);
        }
    }

    private int number(String key) {
        JsonNode value = config.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
            throw new ModelFormatException(where, key + " is " + (value.isMissingNode() ? "absent" : value)
                    + ", expected a number from 1");
        }
        return value.asInt();
    }

    private double real(JsonNode node, String key, double otherwise) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw new ModelFormatException(where, key + " is " + value + ", expected a number");
        }
        return value.asDouble();
    }

    private double positive(JsonNode node, String key) {
        double value = real(node, key, 0);
        if (!(value > 0)) {
            throw new ModelFormatException(where, "rope " + key + " is " + value + ", expected more than 0");
        }
        return value;
    }

    private void refuse(String key, boolean supported, String expected) {
        if (!supported) {
            String found = config.path(key).toString();
            throw new ModelFormatException(where, key + " is "
                    + found.substring(0, Math.min(found.length(), 80)) + ", supported is " + expected);
        }
    }
}
