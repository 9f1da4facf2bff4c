package quern.actors.curation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import quern.actors.serving.GenerationEvent;
import quern.actors.serving.GenerationListener;
import quern.curation.TextGenerator.Answer;
import quern.inference.engine.FinishReason;

/** Puts one answer together from its pieces. */
final class AnswerListener implements GenerationListener {

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private FinishReason reason;

    @Override
    public synchronized void tell(List<GenerationEvent> events) {
        for (GenerationEvent event : events) {
            switch (event) {
                case GenerationEvent.Piece piece -> text.append(piece.text());
                case GenerationEvent.AnswerEnded ended -> {
                    text.append(ended.text());
                    reason = ended.reason();
                }
                case GenerationEvent.Completed _ ->
                    answer.complete(new Answer(text.toString(), reason == FinishReason.STOP));
                case GenerationEvent.Broken broken -> answer.completeExceptionally(broken.cause());
            }
        }
    }

    /** Completes with the answer, or exceptionally with why there is none. */
    CompletableFuture<Answer> answer() {
        return answer;
    }

    @Override
    public CompletionStage<?> gone() {
        return gone;
    }

    /** Nobody wants the answer any more. */
    void leave() {
        gone.complete(null);
    }
}
