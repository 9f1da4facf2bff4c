package quern.appliance.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.http.scaladsl.model.ExceptionWithErrorInfo;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.Caller;
import quern.config.HttpConfig;
import quern.config.QuernException;

/**
 * One request in, one response out: gate, route, handler; whatever goes wrong becomes an OpenAI error body. Open
 * routes, liveness and readiness, are answered where connections are read; bodies and all other handlers have a
 * dispatcher of their own, so that no request's work stands before theirs.
 */
final class FrontDoor {

    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final long UNREAD_BYTES_MAX = 64L << 20;
    private static final Duration UNREAD_PAUSE = Duration.ofSeconds(1);
    private static final Duration UNREAD_TIME = Duration.ofSeconds(10);

    private final RouteTable table;
    private final Gate gate;
    private final Materializer materializer;
    private final Bodies bodies;

    FrontDoor(RouteTable table, Gate gate, HttpConfig config, Materializer materializer) {
        this.table = table;
        this.gate = gate;
        this.materializer = materializer;
        this.bodies = new Bodies(config, materializer);
    }

    /** Never fails. */
    CompletionStage<HttpResponse> apply(HttpRequest request) {
        String requestId = UUID.randomUUID().toString();
        return answer(request)
                .handle((response, failure) -> failure == null
                        ? CompletableFuture.completedStage(response) : refusal(request, failure))
                .thenCompose(response -> response)
                .thenApply(response -> response
                        .addHeader(RawHeader.create("X-Request-Id", requestId))
                        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
                        .addHeader(RawHeader.create("Cache-Control", "no-store")));
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        try {
            return route(request);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private CompletionStage<HttpResponse> route(HttpRequest request) throws Exception {
        gate.inspect(request);
        RouteTable.Match match = table.match(request.method().name(), segments(request));
        if (match instanceof RouteTable.Found(Route route, var parameters)) {
            Caller caller = route.access() == Access.OPEN ? Caller.LOCAL : gate.caller(request);
            if (route.access() == Access.ADMIN && !caller.admin()) {
                throw ApiError.forbidden("this needs the admin key");
            }
            Bodies.Room body = bodies.room();
            var call = new Call(request, caller, parameters, body, materializer);
            return route.access() == Access.OPEN ? route.handler().handle(call)
                    : CompletableFuture.supplyAsync(() -> handled(route, call), call.work())
                            .thenCompose(answer -> answer)
                            .whenComplete((answer, failure) -> body.close());
        }
        gate.caller(request);
        throw switch (match) {
            case RouteTable.NoSuchMethod(List<String> allowed) ->
                ApiError.noSuchMethod(request.method().name(), allowed);
            default -> ApiError.notFound("unknown_url", "there is nothing at " + request.getUri().path());
        };
    }

    private static CompletionStage<HttpResponse> handled(Route route, Call call) {
        try {
            return route.handler().handle(call);
        } catch (Exception e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private static List<String> segments(HttpRequest request) {
        var segments = new ArrayList<String>();
        request.getUri().pathSegments().forEach(segments::add);
        return segments;
    }

    /** A client that is still sending reads the reply only afterwards, so what it sends is taken, within limits. */
    private CompletionStage<HttpResponse> refusal(HttpRequest request, Throwable failure) {
        HttpResponse refusal = error(request, failure).response();
        boolean waits = request.getHeader("Expect").isPresent();
        if (request.entity().isStrict() || waits) {
            request.entity().discardBytes(materializer);
            return CompletableFuture.completedStage(refusal);
        }
        return request.entity().withoutSizeLimit().getDataBytes()
                .limitWeighted(UNREAD_BYTES_MAX, part -> (long) part.size())
                .idleTimeout(UNREAD_PAUSE)
                .completionTimeout(UNREAD_TIME)
                .runWith(Sink.ignore(), materializer)
                // A body that was given up takes its connection with it: the client must not send a next request there.
                .handle((done, broken) -> refusal.addHeader(Connection.create("close")));
    }

    private ApiError error(HttpRequest request, Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case ApiError error -> error;
            case QuernException refused -> ApiError.of(refused);
            case EntityStreamSizeException size -> ApiError.tooLarge(size.limit());
            case ExceptionWithErrorInfo malformed ->
                ApiError.badRequest("malformed_request", malformed.info().summary());
            case TimeoutException late -> ApiError.unavailable("no answer in time: " + late.getMessage(), 1);
            default -> {
                LOG.error("{} {} failed", request.method().name(), request.getUri().path(), cause);
                yield ApiError.internal("internal error: " + cause.getClass().getSimpleName());
            }
        };
    }
}
