package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The cache of computed prompts. */
@Command(name = "cache", mixinStandardHelpOptions = true,
        description = "Show, pin, verify and clear the cache of computed prompts, in memory and on disk.")
final class CacheCommand implements Runnable {

    /** What is pinned. */
    static final class Prompt {

        @Option(names = "--prompt", paramLabel = "TEXT", description = "A prompt as it is.")
        private String text;

        @Option(names = "--file", paramLabel = "FILE", description = "The same, from a file of text.")
        private Path file;

        @Option(names = "--system", paramLabel = "FILE",
                description = "A system message, from a file: what chats with it begin with.")
        private Path system;
    }

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        stat(false);
    }

    @Command(name = "stat", mixinStandardHelpOptions = true,
            description = "Of each loaded model what its memory holds, how long a block takes from each tier on this "
                    + "machine, and how often that was chosen or a block computed anew; then what the tiers on disk "
                    + "hold, which all models share.")
    void stat(@Option(names = "--usage", description = "Also whose blocks there are.") boolean usage) {
        Screen screen = options.screen();
        JsonNode stat = ask(client -> client.get("/v1/cache?usage=" + usage));
        if (screen.json()) {
            screen.json(stat);
            return;
        }
        screen.table(rows(stat));
        screen.line("blocks of " + stat.path("block_tokens").asText() + " tokens, " + stat.path("model").asText()
                + "'s of " + Printer.bytes(stat.path("block_bytes").asLong()) + "; " + stat.path("pins").asText()
                + " prompts pinned");
        stat.path("reports").forEach(report -> screen.line("! " + report.asText()));
        stat.path("tenants").forEach(tenant -> screen.line(tenant.path("tenant").asText() + "  "
                + tenant.path("blocks").asText() + " blocks, " + Printer.bytes(tenant.path("bytes").asLong())));
    }

    private static List<List<String>> rows(JsonNode stat) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("model", "tier", "blocks", "bytes", "of", "hits", "misses", "pinned", "from below",
                "ms a block", "loaded", "computed instead"));
        stat.path("models").forEach(model -> model.path("tiers").forEach(
                tier -> rows.add(row(model.path("model").asText(), tier))));
        stat.path("shared").forEach(tier -> rows.add(row("(all)", tier)));
        return rows;
    }

    private static List<String> row(String model, JsonNode tier) {
        return List.of(model, tier.path("tier").asText(), text(tier, "blocks"), bytes(tier, "bytes"),
                bytes(tier, "capacity_bytes"), text(tier, "hits"), text(tier, "misses"), text(tier, "pinned"),
                text(tier, "promotions"),
                text(tier, "load_ms"), text(tier, "loaded"), text(tier, "chosen_to_compute"));
    }

    private static String bytes(JsonNode node, String field) {
        return node.has(field) ? Printer.bytes(node.path(field).asLong()) : "-";
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() ? "-"
                : value.isFloatingPointNumber() ? String.format(Locale.ROOT, "%.3f", value.doubleValue())
                : value.asText();
    }

    @Command(name = "pins", mixinStandardHelpOptions = true, description = "List pinned prompts.")
    void pins() {
        Screen screen = options.screen();
        JsonNode pins = ask(client -> client.get("/v1/cache/pins"));
        if (screen.json()) {
            screen.json(pins);
        } else {
            screen.table(Listing.rows(pins, "id", "name", "model", "tenant", "tokens", "blocks", "stored",
                    "created_at"));
        }
    }

    @Command(name = "pin", mixinStandardHelpOptions = true,
            description = "Compute a prompt and keep it on disk until it is unpinned, over restarts too.")
    void pin(@ArgGroup(multiplicity = "1") Prompt prompt,
            @Option(names = "--model", paramLabel = "ID", description = "Model or adapter; the base model if absent.")
            String model,
            @Option(names = "--name", paramLabel = "TEXT", description = "What to call it.") String name) {
        Screen screen = options.screen();
        ObjectNode body = ApiClient.JSON.createObjectNode();
        if (name != null) {
            body.put("name", name);
        }
        if (prompt.system != null) {
            body.putArray("messages").addObject().put("role", "system").put("content", read(prompt.system));
        } else {
            body.put("prompt", prompt.file != null ? read(prompt.file) : prompt.text);
        }
        JsonNode pin = session(session -> session.client().post("/v1/cache/pins",
                body.put("model", model != null ? model : session.servedModel())));
        if (screen.json()) {
            screen.json(pin);
        } else {
            screen.line(pin.path("id").asText() + ": " + pin.path("blocks").asText() + " blocks of "
                    + pin.path("tokens").asText() + " tokens");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UsageProblem(file + " cannot be read as UTF-8 text: " + e, e);
        }
    }

    @Command(name = "unpin", mixinStandardHelpOptions = true, description = "Let a pinned prompt be evicted again.")
    void unpin(@Parameters(paramLabel = "ID", description = "As 'cache pins' shows it.") String id) {
        Screen screen = options.screen();
        JsonNode gone = ask(client -> client.delete("/v1/cache/pins/" + ApiClient.quote(id)));
        if (screen.json()) {
            screen.json(gone);
        } else {
            screen.line("unpinned " + id);
        }
    }

    @Command(name = "verify", mixinStandardHelpOptions = true,
            description = "Read every block on disk and drop the damaged ones.")
    void verify() {
        Screen screen = options.screen();
        JsonNode checked = ask(client -> client.post("/v1/cache/verify", ApiClient.JSON.createObjectNode()));
        if (screen.json()) {
            screen.json(checked);
            return;
        }
        checked.path("tiers").forEach(tier -> screen.line(tier.path("tier").asText() + ": "
                + tier.path("blocks").asText() + " blocks, " + tier.path("damaged").asText() + " damaged"));
        if (checked.path("tiers").isEmpty()) {
            screen.line("no tier on disk is open");
        }
    }

    @Command(name = "clear", mixinStandardHelpOptions = true,
            description = "Forget computed prompts; pins of them go too. Answers stay the same, their first token "
                    + "comes later.")
    void clear(
            @Option(names = "--tenant", paramLabel = "TENANT", description = "Only of this one, as 'stat --usage' "
                    + "shows it.") String tenant,
            @Option(names = "--adapter", paramLabel = "ID", description = "Only with this adapter, or 'base'.")
            String adapter,
            @Option(names = "--wipe", description = "Overwrite what they leave, too, with all of other models.")
            boolean wipe) {
        Screen screen = options.screen();
        JsonNode cleared = ask(client -> client.delete("/v1/cache?wipe=" + wipe
                + (tenant == null ? "" : "&tenant=" + ApiClient.quote(tenant))
                + (adapter == null ? "" : "&adapter=" + ApiClient.quote(adapter))));
        if (screen.json()) {
            screen.json(cleared);
            return;
        }
        cleared.path("blocks").properties().forEach(
                tier -> screen.line(tier.getKey() + ": " + tier.getValue().asText() + " blocks dropped"));
        screen.line(cleared.path("pins").asText() + " pins removed");
    }

    private JsonNode ask(Function<ApiClient, JsonNode> question) {
        return session(session -> question.apply(session.client()));
    }

    private JsonNode session(Function<Session, JsonNode> question) {
        try (Session session = Session.open(options)) {
            session.awaitReady();
            return question.apply(session);
        }
    }
}
