package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import quern.actors.Readiness;

/** Liveness, readiness, health and version. They ask no actor, so they answer whatever the engine is doing. */
public final class HealthRoutes {

    private final Readiness readiness;
    private final String version;
    private final Supplier<ObjectNode> details;

    /** @param details what {@code /health} shows beside the status: backend, model */
    public HealthRoutes(Readiness readiness, String version, Supplier<ObjectNode> details) {
        this.readiness = readiness;
        this.version = version;
        this.details = details;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/livez", Access.OPEN, call -> live()),
                Route.of("GET", "/readyz", Access.OPEN, call -> ready()),
                Route.of("GET", "/health", Access.KEY, call -> health()),
                Route.of("GET", "/v1/health", Access.KEY, call -> health()),
                Route.of("GET", "/version", Access.KEY, call -> version()));
    }

    private CompletionStage<HttpResponse> live() {
        return reply(200, Json.object().put("status", "ok"));
    }

    private CompletionStage<HttpResponse> ready() {
        var reasons = readiness.reasons();
        ObjectNode body = Json.object().put("status", reasons.isEmpty() ? "ok" : "unavailable");
        var list = body.putArray("reasons");
        reasons.forEach((part, reason) -> list.addObject().put("part", part).put("reason", reason));
        return reply(reasons.isEmpty() ? 200 : 503, body);
    }

    private CompletionStage<HttpResponse> health() {
        var reasons = readiness.reasons();
        ObjectNode body = Json.object().put("status", reasons.isEmpty() ? "ok" : String.join("; ", reasons.values()));
        body.setAll(details.get());
        return reply(reasons.isEmpty() ? 200 : 503, body);
    }

    private CompletionStage<HttpResponse> version() {
        return reply(200, Json.object().put("version", version).put("java", Runtime.version().toString()));
    }

    private static CompletionStage<HttpResponse> reply(int status, ObjectNode body) {
        HttpResponse response = Json.response(status, body.toString());
        return CompletableFuture.completedStage(
                status == 503 ? response.addHeader(RawHeader.create("Retry-After", "1")) : response);
    }
}
