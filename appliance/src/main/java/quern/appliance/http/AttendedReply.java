package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import quern.actors.serving.GenerationEvent;
import quern.config.QuernException;

/**
 * Replies that notice a closed peer. A peer that went away shows only when bytes are written to it, so a silent stream
 * carries a comment, and a whole reply that is not ready becomes chunked and carries a space, about once a second. When
 * the reply's stream is cancelled its source is too, and with it the generation.
 */
final class AttendedReply {

    private static final Duration PULSE = Duration.ofMillis(900);
    /** A reply nobody began to read by then has lost its connection. */
    private static final Duration READ_WITHIN = Duration.ofSeconds(2);
    private static final ByteString SPACE = ByteString.fromString(" ");
    private static final ByteString COMMENT = ByteString.fromString(": waiting\n\n");
    private static final ByteString DONE = ByteString.fromString("data: [DONE]\n\n");
    private static final ContentType EVENT_STREAM = MediaTypes.TEXT_EVENT_STREAM.toContentType();

    private final ActorSystem<?> system;

    AttendedReply(ActorSystem<?> system) {
        this.system = system;
    }

    /** Server-sent events: one per chunk, then {@code [DONE]}; a failure becomes an event with an error. */
    CompletionStage<HttpResponse> streamed(Source<GenerationEvent, NotUsed> events, AnswerFormat format) {
        Source<ByteString, NotUsed> opening = Source.from(lines(format.opening()));
        Source<ByteString, NotUsed> lines = events.mapConcat(event -> lines(event, format));
        Source<ByteString, UniqueKillSwitch> body = opening.concat(lines)
                .keepAlive(PULSE, () -> COMMENT)
                .viaMat(KillSwitches.single(), Keep.right());
        var response = HttpResponse.create()
                .addHeader(RawHeader.create("X-Accel-Buffering", "no"))
                .withEntity(HttpEntities.createChunked(EVENT_STREAM, body));
        return CompletableFuture.completedStage(response);
    }

    private static List<ByteString> lines(GenerationEvent event, AnswerFormat format) {
        if (event instanceof GenerationEvent.Broken(QuernException cause)) {
            return List.of(ByteString.fromString("data: " + ApiError.of(cause).body() + "\n\n"));
        }
        var lines = new ArrayList<>(lines(format.chunks(event)));
        if (event instanceof GenerationEvent.Completed) {
            lines.add(DONE);
        }
        return lines;
    }

    private static List<ByteString> lines(List<ObjectNode> chunks) {
        return chunks.stream().map(chunk -> ByteString.fromString("data: " + chunk + "\n\n")).toList();
    }

    /** One JSON object, with its true status when it is there within a second. */
    CompletionStage<HttpResponse> whole(
            Source<GenerationEvent, NotUsed> events, AnswerFormat format, int answers) {
        Pending pending = run(events, format, answers);
        return pending.result().toCompletableFuture().copy()
                .thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), PULSE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(early -> early.map(Json::ok).orElseGet(() -> late(pending)));
    }

    private record Pending(UniqueKillSwitch events, CompletionStage<ObjectNode> result) {}

    private Pending run(Source<GenerationEvent, NotUsed> events, AnswerFormat format, int answers) {
        var running = events.viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.fold(new AnswerSet(answers), AnswerSet::add), Keep.both())
                .run(system);
        return new Pending(running.first(), running.second().thenApply(format::whole));
    }

    private HttpResponse late(Pending pending) {
        var taken = new AtomicBoolean();
        Source<ByteString, NotUsed> text = Source.completionStage(pending.result()
                .handle((whole, failure) -> failure == null
                        ? Source.single(ByteString.fromString(whole.toString()))
                        : broken(failure)))
                .flatMapConcat(source -> source);
        Source<ByteString, NotUsed> body = text
                .keepAlive(PULSE, () -> SPACE)
                .watchTermination((used, done) -> {
                    taken.set(true);
                    done.whenComplete((ended, failure) -> pending.events().shutdown());
                    return used;
                });
        system.scheduler().scheduleOnce(READ_WITHIN, () -> {
            if (!taken.get()) {
                pending.events().shutdown();
            }
        }, system.executionContext());
        return HttpResponse.create().withEntity(HttpEntities.createChunked(
                ContentTypes.APPLICATION_JSON, Source.single(SPACE).concat(body)));
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
