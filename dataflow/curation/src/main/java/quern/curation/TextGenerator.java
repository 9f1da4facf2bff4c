package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What operators may ask of a language model that writes. Curation declares it, the actor layer binds it to the served
 * model; recipes that need it are refused by name where none is bound. Calls block their thread; any number of threads
 * may call at once, and the binding bounds how many requests are under way.
 *
 * <p>Every method throws {@link GenerationException} for what is wrong with one request, and {@link RunException} when
 * the run is to end.
 */
public interface TextGenerator {

    /** @param role {@code system}, {@code user} or {@code assistant} */
    record Message(String role, String content) {

        public static Message system(String content) {
            return new Message("system", content);
        }

        public static Message user(String content) {
            return new Message("user", content);
        }
    }

    /**
     * How an answer is drawn, as in the chat completion API; what is absent is the binding's own choice.
     *
     * @param seed the same seed gives the same answer
     * @param tokensMax longest answer in tokens
     */
    record Sampling(
            OptionalDouble temperature, OptionalDouble topP, OptionalInt topK, OptionalDouble presencePenalty,
            OptionalDouble frequencyPenalty, OptionalDouble repetitionPenalty, OptionalLong seed, List<String> stop,
            OptionalInt tokensMax) {

        /** Nothing chosen. */
        public static final Sampling UNSET = new Sampling(OptionalDouble.empty(), OptionalDouble.empty(),
                OptionalInt.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(),
                OptionalLong.empty(), List.of(), OptionalInt.empty());

        public Sampling {
            stop = List.copyOf(stop);
        }

        public Sampling withTemperature(double other) {
            return new Sampling(OptionalDouble.of(other), topP, topK, presencePenalty, frequencyPenalty,
                    repetitionPenalty, seed, stop, tokensMax);
        }

        public Sampling withTopP(double other) {
            return new Sampling(temperature, OptionalDouble.of(other), topK, presencePenalty, frequencyPenalty,
                    repetitionPenalty, seed, stop, tokensMax);
        }

        public Sampling withSeed(long other) {
            return new Sampling(temperature, topP, topK, presencePenalty, frequencyPenalty, repetitionPenalty,
                    OptionalLong.of(other), stop, tokensMax);
        }

        public Sampling withTokensMax(int other) {
            return new Sampling(temperature, topP, topK, presencePenalty, frequencyPenalty, repetitionPenalty, seed,
                    stop, OptionalInt.of(other));
        }
    }

    /**
     * One answer wanted.
     *
     * @param messages at least one
     * @param schema JSON schema that the answer is held to, token by token; absent: any text
     */
    record Request(List<Message> messages, Sampling sampling, Optional<JsonNode> schema) {

        public Request {
            messages = List.copyOf(messages);
        }
    }

    /** @param complete false where the longest answer allowed cut it off */
    record Answer(String text, boolean complete) {}

    /** Name of the model for reports, for example {@code quern-nano}. */
    String name();

    /**
     * Another model, adapter or alias where this one is served. It is loaded when it is asked.
     *
     * @return empty if there is none of that name
     */
    default Optional<TextGenerator> named(String model) {
        return Optional.empty();
    }

    /** What {@link #named} knows, for who asked for something else. */
    default List<String> names() {
        return List.of(name());
    }

    /** Waits for the answer. */
    Answer generate(Request request);

    /**
     * Embeddings of length 1, one for each text, in order, all of one width.
     *
     * @param texts at least one
     */
    List<float[]> embed(List<String> texts);

    /**
     * Natural logarithms of the probabilities of the continuation's tokens, each after all before it. Both texts are
     * tokenized as one; a token that reaches from one into the other belongs to the continuation. The very first token
     * of all has no probability where the model has no token to begin with.
     *
     * @return one number per token; empty only where the continuation has no token with a probability
     */
    double[] logLikelihoods(String context, String continuation);
}
