package quern.inference.sampling;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How an answer is drawn. Applied in this order: logit bias, repetition penalty, presence and frequency penalties,
 * temperature, then what {@link Truncation} leaves.
 *
 * @param temperature 0, or less than 1e-6, which becomes 0: always the likeliest token (the lower id of equals)
 * @param truncation which candidates may be drawn
 * @param presencePenalty subtracted from the logit of every token already generated
 * @param frequencyPenalty subtracted once per earlier occurrence among the generated tokens
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens in prompt or answer; 1: none
 * @param seed absent: drawn by the engine
 * @param logitBias added to the logits of these tokens
 * @param logprobs whether each token's log-probability (of the unmodified distribution) is reported
 * @param topLogprobs how many of the likeliest tokens are reported beside it
 * @param stop the answer ends before the first of these
 * @param maxTokens most tokens generated, at least 1
 * @param ignoreEos end tokens are drawn like any other and do not end the answer
 */
public record SamplingParameters(
        double temperature,
        Truncation truncation,
        double presencePenalty,
        double frequencyPenalty,
        double repetitionPenalty,
        OptionalLong seed,
        Map<Integer, Double> logitBias,
        boolean logprobs,
        int topLogprobs,
        List<String> stop,
        int maxTokens,
        boolean ignoreEos) {

    /** Below it nothing but the likeliest token is ever drawn, and logits over it would not be finite. */
    private static final double COLDEST = 1e-6;

    /** @throws IllegalArgumentException naming the parameter, its range and the value found */
    public SamplingParameters {
        require(temperature >= 0 && temperature <= 100, "temperature", "0 to 100", temperature);
        temperature = temperature < COLDEST ? 0 : temperature;
        require(Math.abs(presencePenalty) <= 100, "presence_penalty", "-100 to 100", presencePenalty);
        require(Math.abs(frequencyPenalty) <= 100, "frequency_penalty", "-100 to 100", frequencyPenalty);
        require(repetitionPenalty > 0 && repetitionPenalty <= 100, "repetition_penalty", "above 0, at most 100",
                repetitionPenalty);
        require(topLogprobs >= 0, "top_logprobs", "at least 0", topLogprobs);
        require(maxTokens >= 1, "max_tokens", "at least 1", maxTokens);
        for (Map.Entry<Integer, Double> bias : logitBias.entrySet()) {
            require(Math.abs(bias.getValue()) <= 100, "logit_bias of " + bias.getKey(), "-100 to 100",
                    bias.getValue());
        }
        for (String text : stop) {
            require(!text.isEmpty(), "stop", "texts of at least one character", "\"\"");
        }
        logitBias = Map.copyOf(logitBias);
        stop = List.copyOf(stop);
    }

    /** The likeliest token each time, {@code maxTokens} at most, no other condition. */
    public static SamplingParameters greedy(int maxTokens) {
        return new SamplingParameters(
                0, Truncation.NONE, 0, 0, 1, OptionalLong.empty(), Map.of(), false, 0, List.of(), maxTokens, false);
    }

    /** Draws from the model's own distribution, temperature 1. */
    public static SamplingParameters plain(long seed, int maxTokens) {
        return new SamplingParameters(
                1, Truncation.NONE, 0, 0, 1, OptionalLong.of(seed), Map.of(), false, 0, List.of(), maxTokens, false);
    }

    public SamplingParameters withLogprobs(int top) {
        return new SamplingParameters(temperature, truncation, presencePenalty, frequencyPenalty,
                repetitionPenalty, seed, logitBias, true, top, stop, maxTokens, ignoreEos);
    }

    public SamplingParameters withStop(List<String> texts) {
        return new SamplingParameters(temperature, truncation, presencePenalty, frequencyPenalty,
                repetitionPenalty, seed, logitBias, logprobs, topLogprobs, texts, maxTokens, ignoreEos);
    }

    public SamplingParameters withMaxTokens(int tokens) {
        return new SamplingParameters(temperature, truncation, presencePenalty, frequencyPenalty,
                repetitionPenalty, seed, logitBias, logprobs, topLogprobs, stop, tokens, ignoreEos);
    }

    public SamplingParameters ignoringEos() {
        return new SamplingParameters(temperature, truncation, presencePenalty, frequencyPenalty,
                repetitionPenalty, seed, logitBias, logprobs, topLogprobs, stop, maxTokens, true);
    }

    static void require(boolean holds, String name, String range, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + ", expected " + range);
        }
    }
}
