package quern.appliance.http;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One method on one path.
 *
 * @param method upper case, {@code GET}
 * @param path segments; one in braces matches any single segment and names it
 */
public record Route(String method, List<String> path, Access access, Handler handler) {

    /** Answers a call; a thrown or completed {@link ApiError} becomes its reply. */
    @FunctionalInterface
    public interface Handler {
        CompletionStage<HttpResponse> handle(Call call) throws Exception;
    }

    public Route {
        path = List.copyOf(path);
    }

    /** @param path with leading slash, {@code /v1/models/{id}} */
    public static Route of(String method, String path, Access access, Handler handler) {
        return new Route(method, List.of(path.substring(1).split("/")), access, handler);
    }

    static boolean isParameter(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }

    boolean matches(List<String> segments) {
        if (segments.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (!isParameter(path.get(i)) && !path.get(i).equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return method + " /" + String.join("/", path) + " (" + access + ")";
    }
}
