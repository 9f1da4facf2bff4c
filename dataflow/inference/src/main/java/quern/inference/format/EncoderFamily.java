package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import quern.gpu.kernel.Activation;
import quern.inference.encoder.EncoderShape;

/** Reads the shape of an encoder from {@code config.json}. */
record EncoderFamily(JsonNode config, String where) {

    private static final Map<String, String> FAMILIES = Map.ofEntries(
            Map.entry("BertModel", "bert"),
            Map.entry("BertForMaskedLM", "bert"),
            Map.entry("BertForPreTraining", "bert"),
            Map.entry("RobertaModel", "roberta"),
            Map.entry("RobertaForMaskedLM", "roberta"),
            Map.entry("XLMRobertaModel", "roberta"),
            Map.entry("XLMRobertaForMaskedLM", "roberta"),
            Map.entry("CamembertModel", "roberta"),
            Map.entry("CamembertForMaskedLM", "roberta"),
            Map.entry("DistilBertModel", "distilbert"),
            Map.entry("DistilBertForMaskedLM", "distilbert"));

    /** {@code model_type} of encoders, supported or not. */
    private static final List<String> KINDS = List.of("bert", "roberta", "xlm-roberta", "camembert", "distilbert",
            "mpnet", "nomic_bert", "modernbert", "electra", "deberta", "deberta-v2", "albert", "xlm");

    private static final int LAYERS_MAX = 1 << 12;
    private static final int WIDTH_MAX = 1 << 24;

    static boolean isEncoder(JsonNode config) {
        String architecture = config.path("architectures").path(0).asText("");
        return FAMILIES.containsKey(architecture)
                || KINDS.contains(config.path("model_type").asText("")) && !architecture.endsWith("CausalLM");
    }

    EncoderShape shape() {
        String name = config.path("architectures").path(0).asText("(none)");
        String family = FAMILIES.get(name);
        if (family == null) {
            throw new ModelFormatException(
                    where, "encoder " + name + ", supported are " + new TreeSet<>(FAMILIES.keySet()));
        }
        ConfigNumbers numbers = new ConfigNumbers(config, where);
        String positions = config.path("position_embedding_type").asText("absolute");
        if (!positions.equals("absolute") || config.path("is_decoder").asBoolean(false)) {
            throw new ModelFormatException(where, "positions are " + positions + " and is_decoder is "
                    + config.path("is_decoder") + ", supported are absolute positions of an encoder");
        }
        return checked(family.equals("distilbert") ? distilled(numbers) : bert(family, numbers), where);
    }

    private EncoderShape bert(String family, ConfigNumbers numbers) {
        int offset = family.equals("roberta") ? config.path("pad_token_id").asInt(1) + 1 : 0;
        return new EncoderShape(family, numbers.number("num_hidden_layers"), numbers.number("hidden_size"),
                numbers.number("num_attention_heads"), numbers.number("intermediate_size"),
                numbers.number("vocab_size"), numbers.number("max_position_embeddings") - offset, offset,
                config.path("type_vocab_size").asInt(2) > 0, (float) numbers.real("layer_norm_eps", 1e-12),
                activation("hidden_act"));
    }

    private EncoderShape distilled(ConfigNumbers numbers) {
        return new EncoderShape("distilbert", numbers.number("n_layers"), numbers.number("dim"),
                numbers.number("n_heads"), numbers.number("hidden_dim"), numbers.number("vocab_size"),
                numbers.number("max_position_embeddings"), 0, false, 1e-12f, activation("activation"));
    }

    private Activation activation(String key) {
        String name = config.path(key).asText("gelu");
        return switch (name) {
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            default -> throw new ModelFormatException(
                    where, key + " is " + name + ", supported are gelu, gelu_new and gelu_pytorch_tanh");
        };
    }

    static EncoderShape checked(EncoderShape shape, String where) {
        range(where, "layers", shape.layers(), LAYERS_MAX);
        range(where, "hidden width", shape.hidden(), WIDTH_MAX);
        range(where, "heads", shape.heads(), shape.hidden());
        range(where, "feed-forward width", shape.feedForward(), WIDTH_MAX);
        range(where, "context", shape.contextTokens(), WIDTH_MAX);
        if (shape.hidden() % shape.heads() != 0) {
            throw new ModelFormatException(where, "hidden width " + shape.hidden() + ", expected a multiple of the "
                    + shape.heads() + " heads");
        }
        if (!(shape.normEpsilon() >= 0 && shape.normEpsilon() < 1)) {
            throw new ModelFormatException(where, "norm epsilon " + shape.normEpsilon() + ", expected 0 to 1");
        }
        return shape;
    }

    private static void range(String where, String what, int found, int max) {
        if (found < 1 || found > max) {
            throw new ModelFormatException(where, what + " " + found + ", expected 1 to " + max);
        }
    }
}
