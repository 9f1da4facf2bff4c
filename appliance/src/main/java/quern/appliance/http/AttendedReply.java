package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import quern.config.QuernException;

/**
 * Replies that notice a closed peer. A peer that went away shows only when bytes are written to it, so a silent stream
 * carries a comment, and a whole reply that is not ready becomes chunked and carries a space, about once a second. When
 * the reply's stream is cancelled its source is too, and with it the generation.
 */
final class AttendedReply {

    private static final Duration PULSE = Duration.ofMillis(900);
    /** A reply nobody began to read by then has lost its connection, if nobody noticed it before. */
    private static final Duration READ_WITHIN = Duration.ofSeconds(60);
    private static final ByteString SPACE = ByteString.fromString(" ");
    private static final ByteString COMMENT = ByteString.fromString(": waiting\n\n");
    private static final ContentType EVENT_STREAM = MediaTypes.TEXT_EVENT_STREAM.toContentType();

    private final ActorSystem<?> system;

    AttendedReply(ActorSystem<?> system) {
        this.system = system;
    }

    /** Server-sent events: one per chunk, then {@code [DONE]}; a failure becomes an event with an error. */
    CompletionStage<HttpResponse> streamed(GenerationRoutes.Running running, AnswerFormat format) {
        var lines = new EventLines(format);
        AnswerStream answer = running.answer();
        Source<ByteString, NotUsed> body = answer.as(new AnswerStream.Form<>(
                Optional.of(lines.opening()),
                events -> Optional.of(lines.of(events)).filter(ByteString::nonEmpty),
                Optional.of(COMMENT)));
        system.scheduler().scheduleOnce(READ_WITHIN, answer::abandonUnread, system.executionContext());
        var response = HttpResponse.create()
                .addHeader(RawHeader.create("X-Accel-Buffering", "no"))
                .withEntity(HttpEntities.createChunked(EVENT_STREAM, body));
        return CompletableFuture.completedStage(response);
    }

    /** Ends the generation when the body ends early, or when nobody begins to read it. */
    private Source<ByteString, NotUsed> attended(Source<ByteString, NotUsed> body, Runnable abandon) {
        var unread = system.scheduler().scheduleOnce(READ_WITHIN, abandon, system.executionContext());
        return body.watchTermination((used, done) -> {
            unread.cancel();
            done.whenComplete((ended, failure) -> abandon.run());
            return used;
        });
    }

    /** One JSON object, with its true status when it is there within a second. */
    CompletionStage<HttpResponse> whole(GenerationRoutes.Running running, AnswerFormat format, int answers) {
        return whole(running.answer().events()
                .runWith(Sink.fold(new AnswerSet(answers), AnswerSet::addAll), system)
                .thenApply(format::whole)
                .toCompletableFuture(), running.answer()::abandon);
    }

    /** @param abandon told when nobody reads the reply any more */
    CompletionStage<HttpResponse> whole(CompletableFuture<ObjectNode> result, Runnable abandon) {
        return result.copy()
                .thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), PULSE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(early -> early.map(Json::ok).orElseGet(() -> late(result, abandon)));
    }

    private HttpResponse late(CompletionStage<ObjectNode> result, Runnable abandon) {
        Source<ByteString, NotUsed> text = Source.completionStage(result
                .handle((whole, failure) -> failure == null
                        ? Source.single(ByteString.fromString(whole.toString()))
                        : broken(failure)))
                .flatMapConcat(source -> source);
        Source<ByteString, NotUsed> body = Source.single(SPACE).concat(text.keepAlive(PULSE, () -> SPACE));
        return HttpResponse.create().withEntity(HttpEntities.createChunked(
                ContentTypes.APPLICATION_JSON, attended(body, abandon)));
    }

    /** The status is out already: the error is told in the body, and the broken stream says that this is no answer. */
    private static Source<ByteString, NotUsed> broken(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause() : failure;
        ApiError error = cause instanceof QuernException known
                ? ApiError.of(known) : ApiError.internal("the generation failed");
        return Source.single(ByteString.fromString(error.body())).concat(Source.failed(error));
    }
}
