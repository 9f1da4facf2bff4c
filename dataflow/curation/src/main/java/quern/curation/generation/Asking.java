package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import quern.curation.Draft;
import quern.curation.GenerationException;
import quern.curation.TextGenerator;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;
import quern.curation.TextGenerator.Sampling;

/**
 * How an operator asks its model, and how often. An answer that cannot be used is asked for again: the first time the
 * likeliest one, then, unless the recipe gives a temperature, others. Seeds are made of the messages, so that the same
 * sample gets the same answer in every run. What went wrong is noted in the run's report.
 *
 * @param model who answers
 * @param sampling as the recipe says
 * @param triesMax at least 1
 * @param calledFor model the recipe names instead, for the report; empty where it names none
 */
public record Asking(TextGenerator model, Sampling sampling, int triesMax, String calledFor) {

    private static final double AGAIN_TEMPERATURE = 0.7;

    /** Makes something of an answer; throws {@link UnusableAnswer} where it cannot. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Answer answer);
    }

    /** The answer as what the operator made of it, or why there is none. */
    public record Asked<T>(Optional<T> value, String problem) {

        public T orElse(T other) {
            return value.orElse(other);
        }
    }

    /** Asks for a JSON document. */
    public <T> Asked<T> json(Draft draft, List<Message> messages, JsonNode schema, Reader<T> reader) {
        return json(draft::note, messages, schema, reader);
    }

    /**
     * Asks for a JSON document.
     *
     * @param notes takes what went wrong
     */
    public <T> Asked<T> json(Consumer<String> notes, List<Message> messages, JsonNode schema, Reader<T> reader) {
        return ask(notes, messages, Optional.of(schema), reader);
    }

    /** Asks for any text. */
    public <T> Asked<T> text(Draft draft, List<Message> messages, Reader<T> reader) {
        return ask(draft::note, messages, Optional.empty(), reader);
    }

    private <T> Asked<T> ask(Consumer<String> notes, List<Message> messages, Optional<JsonNode> schema,
            Reader<T> reader) {
        long seed = sampling.seed().orElseGet(() -> seed(messages));
        noteStandIn(notes);
        String problem = "";
        for (int attempt = 0; attempt < triesMax; attempt++) {
            try {
                Sampling drawn = sampling.withSeed(seed + attempt);
                if (attempt > 0 && sampling.temperature().isEmpty()) {
                    drawn = drawn.withTemperature(AGAIN_TEMPERATURE);
                }
                return new Asked<>(Optional.of(
                        reader.read(model.generate(new TextGenerator.Request(messages, drawn, schema)))), "");
            } catch (UnusableAnswer e) {
                problem = e.getMessage();
            } catch (GenerationException e) {
                problem = e.kind().reason();
                attempt = e.kind().again() ? attempt : triesMax;
            }
            notes.accept("answer not used: " + problem);
        }
        notes.accept("left without an answer");
        return new Asked<>(Optional.empty(), problem);
    }

    void noteStandIn(Draft draft) {
        noteStandIn(draft::note);
    }

    private void noteStandIn(Consumer<String> notes) {
        if (!calledFor.isEmpty() && !calledFor.equals(model.name())) {
            notes.accept(model.name() + " was asked for " + calledFor);
        }
    }

    private static long seed(List<Message> messages) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Message message : messages) {
                digest.update((message.role() + "\n" + message.content() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
