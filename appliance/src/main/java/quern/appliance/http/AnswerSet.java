package quern.appliance.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.actors.serving.GenerationEvent;
import quern.config.QuernException;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;

/** All answers of a request, put together from its events. One thread. */
final class AnswerSet {

    /** One answer so far. */
    static final class Answer {
        final StringBuilder text = new StringBuilder();
        final List<GenerationEvent.Piece> pieces = new ArrayList<>();
        FinishReason reason;
    }

    private final List<Answer> answers = new ArrayList<>();
    private Usage usage;
    private QuernException failure;

    AnswerSet(int count) {
        for (int i = 0; i < count; i++) {
            answers.add(new Answer());
        }
    }

    AnswerSet addAll(List<GenerationEvent> events) {
        events.forEach(this::add);
        return this;
    }

    private void add(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Piece piece -> {
                Answer answer = answers.get(piece.answer());
                answer.text.append(piece.text());
                answer.pieces.add(piece);
            }
            case GenerationEvent.AnswerEnded ended -> {
                Answer answer = answers.get(ended.answer());
                answer.text.append(ended.text());
                answer.reason = ended.reason();
            }
            case GenerationEvent.Completed completed -> usage = completed.usage();
            case GenerationEvent.Broken broken -> failure = broken.cause();
        }
    }

    List<Answer> answers() {
        return answers;
    }

    /** @throws QuernException why the request did not complete */
    Usage usage() {
        if (usage == null) {
            throw Optional.ofNullable(failure).orElseGet(() -> new QuernException(
                    QuernException.Category.RETRYABLE, "the generation ended without a result"));
        }
        return usage;
    }
}
