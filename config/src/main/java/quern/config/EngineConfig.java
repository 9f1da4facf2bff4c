package quern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Model and scheduler.
 *
 * @param model a GGUF file or safetensors directory; absent: the embedded quern-nano
 * @param loadType what matrices of floats become when they are loaded
 * @param contextTokens longest prompt plus answer; 0: what the model was trained with
 * @param maxBatchedTokens tokens one step may hold: decodes, prompt chunks and tuning chunks together
 * @param sequencesMax sequences that run at once
 * @param queueMax requests that wait; one more is refused with 429
 * @param choicesMax largest n of a request
 * @param maxTokensDefault answer length when a request names none
 * @param draftTokensMax tokens guessed per sequence and step from its own text, where that is faster; 0: none
 * @param stepTarget how long a step may take while requests run; tuning takes at most what is left
 * @param pooling how the hidden states of a text become its embedding; absent: as the model's own files say, else the
 *     mean
 * @param embeddingModel an encoder that makes embeddings beside the model
 * @param embeddingInputsMax texts of one embeddings request
 * @param scheduling who goes first
 */
public record EngineConfig(
        Optional<Path> model,
        LoadType loadType,
        int contextTokens,
        int maxBatchedTokens,
        int sequencesMax,
        int queueMax,
        int choicesMax,
        int maxTokensDefault,
        int draftTokensMax,
        Product product,
        Duration stepTarget,
        Optional<Pooling> pooling,
        Optional<Path> embeddingModel,
        int embeddingInputsMax,
        SchedulingConfig scheduling) {

    public EngineConfig {
        new Bounds()
                .within("contextTokens", contextTokens, 0, 1 << 20)
                .within("maxBatchedTokens", maxBatchedTokens, 1, 1 << 16)
                .within("sequencesMax", sequencesMax, 1, 4096)
                .check("sequencesMax", sequencesMax <= maxBatchedTokens,
                        "expected at most max-batched-tokens (" + maxBatchedTokens + "), found " + sequencesMax)
                .within("queueMax", queueMax, 1, 1 << 20)
                .within("choicesMax", choicesMax, 1, 128)
                .within("maxTokensDefault", maxTokensDefault, 1, 1 << 20)
                .within("draftTokensMax", draftTokensMax, 0, 63)
                .within("stepTarget", stepTarget, Duration.ofMillis(1), Duration.ofSeconds(60))
                .within("embeddingInputsMax", embeddingInputsMax, 1, 1 << 16)
                .enforce();
    }

    /** The same for another model alone, whose own files say how it pools. */
    EngineConfig serving(Path other) {
        return new EngineConfig(Optional.of(other), loadType, contextTokens, maxBatchedTokens, sequencesMax, queueMax,
                choicesMax, maxTokensDefault, draftTokensMax, product, stepTarget, Optional.empty(), Optional.empty(),
                embeddingInputsMax, scheduling);
    }

    /** The stored type, or a quantised one for matrices stored as floats; those quantised already stay as they are. */
    public enum LoadType { AS_STORED, Q8_0, Q4_0, Q4_K }

    /** Which of the two products serving uses: 8-bit activations or floats. */
    public enum Product { Q8, F32 }

    /** Which hidden states make an embedding: all of them averaged, the first token's or the last token's. */
    public enum Pooling { MEAN, CLS, LAST }
}
