package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Finds the kind of a record by its id. */
final class Records {

    private static final List<String> ROUTES =
            List.of("/v1/jobs/", "/v1/datasets/", "/v1/files/", "/v1/documents/", "/v1/models/");

    private Records() {}

    static JsonNode show(ApiClient client, String id) {
        return first(id, ROUTES, path -> client.get(path));
    }

    /** Jobs stay: they are history. */
    static JsonNode remove(ApiClient client, String id) {
        return first(id, List.of("/v1/files/", "/v1/documents/", "/v1/models/"), path -> client.delete(path));
    }

    private static JsonNode first(String id, List<String> routes, Function<String, JsonNode> question) {
        for (String route : ordered(id, routes)) {
            try {
                return question.apply(route + ApiClient.quote(id));
            } catch (ApiFailure failure) {
                if (failure.status() != 404) {
                    throw failure;
                }
            }
        }
        throw new ApiFailure(404, "nothing has the id '" + id + "'", null);
    }

    /** The route that the id's form points to comes first, so that its refusal is the one shown. */
    private static List<String> ordered(String id, List<String> routes) {
        String likely = id.startsWith("file-") ? "/v1/files/"
                : id.startsWith("ds-") ? "/v1/datasets/"
                : id.matches("[0-9a-f]{64}") ? "/v1/documents/"
                : id.matches("(ft)?job-.*|batch_.*") ? "/v1/jobs/" : "/v1/models/";
        List<String> ordered = new ArrayList<>(routes);
        if (ordered.remove(likely)) {
            ordered.addFirst(likely);
        }
        return ordered;
    }
}
