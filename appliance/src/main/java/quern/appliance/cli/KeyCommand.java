package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** Keys of the API. */
@Command(name = "key", mixinStandardHelpOptions = true, description = "List, create and revoke keys.")
final class KeyCommand implements Runnable {

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        list();
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "List keys.")
    void list() {
        Screen screen = options.screen();
        JsonNode keys = ask(client -> client.get("/v1/keys"));
        if (screen.json()) {
            screen.json(keys);
        } else {
            screen.table(Listing.rows(keys, "id", "name", "admin", "revoked", "created_at"));
        }
    }

    @Command(name = "create", mixinStandardHelpOptions = true,
            description = "Create a key and print its secret, once.")
    void create(
            @Parameters(paramLabel = "NAME", description = "Whose or what for.") String name,
            @Option(names = "--admin", description = "May do everything.") boolean admin,
            @Option(names = "--label", description = "Label of what it makes; may be repeated.") List<String> labels,
            @Option(names = "--tenant", paramLabel = "NAME",
                    description = "Share cached prompts with all keys of this tenant; otherwise with no other key.")
            String tenant) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("name", name).put("admin", admin);
        if (labels != null) {
            labels.forEach(body.putArray("labels")::add);
        }
        if (tenant != null) {
            body.put("tenant", tenant);
        }
        Screen screen = options.screen();
        JsonNode key = ask(client -> client.post("/v1/keys", body));
        if (screen.json()) {
            screen.json(key);
        } else {
            screen.note("key " + key.path("id").asText() + "; its secret is shown only now:");
            screen.line(key.path("key").asText());
        }
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Make a key worthless.")
    void revoke(@Parameters(paramLabel = "ID") String id) {
        Screen screen = options.screen();
        JsonNode key = ask(client -> client.delete("/v1/keys/" + ApiClient.quote(id)));
        if (screen.json()) {
            screen.json(key);
        } else {
            screen.line("revoked " + id);
        }
    }

    private JsonNode ask(Function<ApiClient, JsonNode> question) {
        try (Session session = Session.open(options)) {
            return question.apply(session.client());
        }
    }
}
