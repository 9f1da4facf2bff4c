package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quern.config.EngineConfig;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.Truncation;

/** The fields of a request that say how to draw tokens, alike for both generation routes. */
final class SamplingFields {

    private static final int TOP_K_MAX = 1 << 20;
    private static final int STOP_MAX = 4;
    private static final int STOP_CHARS_MAX = 256;
    private static final int BIAS_MAX = 1024;
    private static final double SHARE_LEAST = 1e-9;

    private SamplingFields() {}

    /**
     * @param maxTokens answer's limit
     * @param logprobs whether wanted
     * @param topLogprobs how many beside the drawn one
     */
    static SamplingParameters read(Fields fields, int maxTokens, boolean logprobs, int topLogprobs) {
        return new SamplingParameters(
                fields.number("temperature", 0, 2).orElse(1.0),
                truncation(fields),
                fields.number("presence_penalty", -2, 2).orElse(0.0),
                fields.number("frequency_penalty", -2, 2).orElse(0.0),
                fields.number("repetition_penalty", 0.01, 10).orElse(1.0),
                fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                bias(fields),
                logprobs,
                topLogprobs,
                stop(fields),
                maxTokens,
                fields.flag("ignore_eos", false));
    }

    private static Truncation truncation(Fields fields) {
        Truncation none = Truncation.NONE;
        return new Truncation(
                fields.number("top_n_sigma", 0, 100).orElse(none.topNSigma()),
                fields.integer("top_k", 0, TOP_K_MAX).orElse(none.topK()),
                Math.max(SHARE_LEAST, fields.number("top_p", 0, 1).orElse(none.topP())),
                fields.number("min_p", 0, 1).orElse(none.minP()),
                Math.max(SHARE_LEAST, fields.number("typical_p", 0, 1).orElse(none.typicalP())),
                fields.number("xtc_probability", 0, 1).orElse(none.xtcProbability()),
                fields.number("xtc_threshold", 0, 1).orElse(none.xtcThreshold()));
    }

    static int choices(Fields fields, EngineConfig config) {
        return fields.integer("n", 1, config.choicesMax()).orElse(1);
    }

    private static List<String> stop(Fields fields) {
        List<String> stop = fields.texts("stop", STOP_MAX);
        for (String text : stop) {
            if (text.isEmpty() || text.length() > STOP_CHARS_MAX) {
                throw fields.invalid("stop", "holds a text of " + text.length() + " characters, expected 1 to "
                        + STOP_CHARS_MAX);
            }
        }
        return stop;
    }

    private static Map<Integer, Double> bias(Fields fields) {
        var bias = new HashMap<Integer, Double>();
        JsonNode raw = fields.raw("logit_bias").orElse(Json.object());
        if (!raw.isObject()) {
            throw fields.wrongType("logit_bias", "an object", raw);
        }
        if (raw.size() > BIAS_MAX) {
            throw fields.invalid("logit_bias", "has " + raw.size() + " entries, at most " + BIAS_MAX);
        }
        for (Map.Entry<String, JsonNode> entry : raw.properties()) {
            double value = entry.getValue().doubleValue();
            if (!entry.getValue().isNumber() || !(Math.abs(value) <= 100) || !entry.getKey().matches("\\d{1,9}")) {
                throw fields.invalid("logit_bias", "maps token ids to numbers from -100 to 100, found an entry '"
                        + brief(entry.getKey()) + "'");
            }
            bias.put(Integer.parseInt(entry.getKey()), value);
        }
        return bias;
    }

    private static String brief(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
