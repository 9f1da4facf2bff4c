package quern.appliance.http;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Materializer;
import quern.actors.Caller;

/**
 * A request that passed the gate.
 *
 * @param path decoded values of the route's parameters
 * @param body what {@link #json} reads into
 */
public record Call(
        HttpRequest request, Caller caller, Map<String, String> path, Bodies.Room body, Materializer materializer) {

    private static final int ID_CHARS_MAX = 256;
    private static final String WORK = "quern-text";

    /** The value of a path parameter that identifies something; never a path of ours, so it may not look like one. */
    public String id(String parameter) {
        String id = path.get(parameter);
        boolean plain = !id.isEmpty() && id.length() <= ID_CHARS_MAX && !id.contains("..") && id.chars()
                .allMatch(c -> c > ' ' && c < 127 && c != '/' && c != '\\' && c != '%');
        if (!plain) {
            throw ApiError.badField(parameter, "'" + parameter + "' in the path is not an id");
        }
        return id;
    }

    public Optional<String> query(String name) {
        return request.getUri().query().get(name);
    }

    /** @throws ApiError 400 if it is no whole number of the range */
    public int query(String name, int min, int max, int otherwise) {
        return (int) query(name, (long) min, (long) max, (long) otherwise);
    }

    /** The same for positions, which may be larger. */
    public long query(String name, long min, long max, long otherwise) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal, which is the same for both
        }
        throw ApiError.badField(name, "'" + name + "' in the query is not a whole number from " + min + " to " + max);
    }

    /** @throws ApiError 400 if it is neither true nor false */
    public boolean flag(String name, boolean otherwise) {
        return switch (query(name).orElse(Boolean.toString(otherwise))) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ApiError.badField(name, "'" + name + "' in the query is neither true nor false");
        };
    }

    /** Where a request's work belongs: not on the threads that read connections. */
    Executor work() {
        return materializer.system().dispatchers().lookup(WORK);
    }

    /** The body as a JSON object. */
    public CompletionStage<Fields> json() {
        return bytes().thenApplyAsync(body -> Fields.of(Json.parse(body)), work());
    }

    /** The body, {@code {}} when there is none. */
    public CompletionStage<Fields> jsonOrEmpty() {
        return request.entity().isKnownEmpty()
                ? java.util.concurrent.CompletableFuture.completedStage(Fields.of(Json.object()))
                : json();
    }

    private CompletionStage<byte[]> bytes() {
        RequestEntity entity = request.entity();
        var mediaType = entity.getContentType().mediaType();
        if (!entity.isKnownEmpty() && !(mediaType.mainType().equals("application")
                && mediaType.subType().equals("json"))) {
            throw ApiError.unsupportedMediaType(
                    "the body is " + mediaType + ", expected application/json");
        }
        return body.read(entity);
    }
}
