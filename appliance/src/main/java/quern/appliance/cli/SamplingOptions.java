package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.Truncation;

/** How an answer is sampled. What is not given is the server's default. */
final class SamplingOptions {

    private static final int MAX_TOKENS = 16;

    @Option(names = "--model", paramLabel = "PATH|ID",
            description = "Model or adapter of the server, or a model file to load just for this.")
    private String model;

    @Option(names = "--load-type", paramLabel = "TYPE",
            description = "With a model file: as-stored, q8_0, q4_0 or q4_k for matrices stored as floats.")
    private String loadType;

    @Option(names = {"--max-tokens", "--max"}, paramLabel = "N", description = "Longest answer.")
    private Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "0: always the likeliest token.")
    private Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Sample among the K likeliest; 0: all.")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Sample among the likeliest that make up this share.")
    private Double topP;

    @Option(names = "--min-p", paramLabel = "P",
            description = "Sample among those with at least this share of the largest probability.")
    private Double minP;

    @Option(names = "--typical-p", paramLabel = "P",
            description = "Sample among the most typical that make up this share.")
    private Double typicalP;

    @Option(names = "--top-n-sigma", paramLabel = "N",
            description = "Sample among logits at most N standard deviations below the largest.")
    private Double topNSigma;

    @Option(names = "--xtc-probability", paramLabel = "P", description = "How often the likeliest are excluded.")
    private Double xtcProbability;

    @Option(names = "--xtc-threshold", paramLabel = "P",
            description = "Of several tokens at least this likely only the least likely stays.")
    private Double xtcThreshold;

    @Option(names = "--repetition-penalty", paramLabel = "X",
            description = "Divides the logits of tokens that occurred; 1: none.")
    private Double repetitionPenalty;

    @Option(names = "--presence-penalty", paramLabel = "X", description = "Subtracted from tokens of the answer.")
    private Double presencePenalty;

    @Option(names = "--frequency-penalty", paramLabel = "X",
            description = "Subtracted from tokens of the answer, for each time they occur in it.")
    private Double frequencyPenalty;

    @Option(names = "--logit-bias", paramLabel = "ID=X", description = "Added to this token's logit; repeatable.")
    private Map<Integer, Double> logitBias = new LinkedHashMap<>();

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same answer.")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--logprobs", paramLabel = "N",
            description = "Report each token's log-probability and those of the N likeliest; needs --json.")
    private Integer logprobs;

    @Option(names = "--n", paramLabel = "N", description = "So many answers; needs --json.")
    private Integer choices;

    @Option(names = "--ignore-eos", negatable = true,
            description = "Go on after end tokens (default with --tokens), or not (default otherwise).")
    private Boolean ignoreEos;

    /** Hands {@code --load-type} on. @param chosen the model named, null: none */
    void load(GlobalOptions options, String chosen) {
        if (loadType != null && (chosen == null || ModelPath.find(chosen, options).isEmpty())) {
            throw new UsageProblem("--load-type goes with a model file that is loaded just for this");
        }
        options.set("engine.load-type", loadType);
    }

    String model() {
        return model;
    }

    /** How many log-probabilities beside each token's own, if any are wanted. */
    OptionalInt logprobs() {
        return logprobs == null ? OptionalInt.empty() : OptionalInt.of(logprobs);
    }

    /** For a model that is run directly; end tokens do not end the answer unless that is asked for. */
    SamplingParameters parameters() {
        if (!stop.isEmpty() || or(choices, 1) != 1) {
            throw new UsageProblem((stop.isEmpty() ? "--n" : "--stop") + " is not supported with --tokens");
        }
        Truncation none = Truncation.NONE;
        try {
            var truncation = new Truncation(or(topNSigma, none.topNSigma()), or(topK, none.topK()),
                    or(topP, none.topP()), or(minP, none.minP()), or(typicalP, none.typicalP()),
                    or(xtcProbability, none.xtcProbability()), or(xtcThreshold, none.xtcThreshold()));
            return new SamplingParameters(or(temperature, 1.0), truncation, or(presencePenalty, 0.0),
                    or(frequencyPenalty, 0.0), or(repetitionPenalty, 1.0),
                    seed == null ? OptionalLong.empty() : OptionalLong.of(seed), logitBias, logprobs != null,
                    or(logprobs, 0), List.of(), or(maxTokens, MAX_TOKENS), or(ignoreEos, true));
        } catch (IllegalArgumentException refused) {
            throw new UsageProblem(refused.getMessage(), refused);
        }
    }

    private static <T> T or(T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    ObjectNode request(String modelId) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("model", modelId);
        numbers().forEach((name, value) -> body.set(name, ApiClient.JSON.valueToTree(value)));
        if (!logitBias.isEmpty()) {
            ObjectNode biases = body.putObject("logit_bias");
            logitBias.forEach((token, bias) -> biases.put(token.toString(), bias));
        }
        if (!stop.isEmpty()) {
            stop.forEach(body.putArray("stop")::add);
        }
        return body;
    }

    private Map<String, Object> numbers() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("max_tokens", maxTokens);
        given.put("temperature", temperature);
        given.put("top_k", topK);
        given.put("top_p", topP);
        given.put("min_p", minP);
        given.put("typical_p", typicalP);
        given.put("top_n_sigma", topNSigma);
        given.put("xtc_probability", xtcProbability);
        given.put("xtc_threshold", xtcThreshold);
        given.put("repetition_penalty", repetitionPenalty);
        given.put("presence_penalty", presencePenalty);
        given.put("frequency_penalty", frequencyPenalty);
        given.put("seed", seed);
        given.put("n", choices);
        given.put("ignore_eos", ignoreEos);
        given.values().removeIf(value -> value == null);
        return given;
    }
}
