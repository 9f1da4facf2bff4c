package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Documents of the journal, and which of them no run may use. */
@Command(name = "documents", mixinStandardHelpOptions = true,
        description = "List documents, put them into quarantine and let them out, remove them, and see what was made "
                + "of one. No curation uses a document in quarantine; what was made of it before is tainted.")
final class DocumentsCommand implements Runnable {

    private static final int PAGE = 1000;

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        list(false, 100);
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "List documents.")
    void list(
            @Option(names = "--quarantined", description = "Only those in quarantine.") boolean quarantined,
            @Option(names = "--limit", defaultValue = "100", description = "Most shown (${DEFAULT-VALUE}).")
            int limit) {
        Screen screen = options.screen();
        JsonNode list = ask(client -> client.get("/v1/documents?limit=" + limit + "&quarantined=" + quarantined));
        if (screen.json()) {
            screen.json(list);
            return;
        }
        if (list.path("data").isEmpty()) {
            screen.line("documents: none");
            return;
        }
        screen.table(Listing.rows(list, "id", "name", "media_type", "bytes", "quarantined", "quarantine.reason"));
        if (list.path("has_more").asBoolean()) {
            screen.line("... more; see --limit");
        }
    }

    @Command(name = "quarantine", mixinStandardHelpOptions = true,
            description = "Let no later run use these documents; say what was made of them and is tainted now.")
    void quarantine(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As 'documents ls' shows it.")
            List<String> ids,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why; shown with the document.")
            String reason) {
        ObjectNode body = ApiClient.JSON.createObjectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        each(ids, "in quarantine", (client, id) -> {
            ObjectNode reply = (ObjectNode) client.post(route(id, "/quarantine"), body);
            // One form for both this and 'rm'.
            reply.setAll((ObjectNode) reply.remove("impact"));
            return reply;
        });
    }

    @Command(name = "release", mixinStandardHelpOptions = true, description = "Let later runs use these documents.")
    void release(
            @Parameters(arity = "0..*", paramLabel = "ID", description = "As 'documents ls --quarantined' shows it.")
            List<String> ids,
            @Option(names = "--held", description = "Also all that wait since they arrived (ingest.quarantine).")
            boolean held) {
        List<String> wanted = new ArrayList<>(ids == null ? List.of() : ids);
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            if (held) {
                wanted.addAll(held(session.client()));
            } else if (wanted.isEmpty()) {
                throw new UsageProblem("give an ID, or --held");
            }
            ArrayNode replies = ApiClient.JSON.createArrayNode();
            for (String id : wanted) {
                JsonNode reply = session.client().post(route(id, "/release"), ApiClient.JSON.createObjectNode());
                replies.add(reply);
                if (!screen.json()) {
                    screen.line((reply.path("released").asBoolean() ? "released " : "was not in quarantine: ") + id);
                }
            }
            if (screen.json()) {
                screen.json(replies);
            } else if (wanted.isEmpty()) {
                screen.line("none waits");
            }
        }
    }

    private static List<String> held(ApiClient client) {
        List<String> held = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonNode page = client.get("/v1/documents?quarantined=true&limit=" + PAGE + "&after=" + after);
            page.path("data").forEach(document -> {
                if (document.at("/quarantine/held").asBoolean()) {
                    held.add(document.path("id").asText());
                }
            });
            if (!page.path("has_more").asBoolean()) {
                return held;
            }
            after = page.path("next").asLong();
        }
    }

    @Command(name = "rm", mixinStandardHelpOptions = true,
            description = "Remove documents from the journal: later runs do not have them. What was made of one stays, "
                    + "and is listed; one in quarantine is there again should it come again. With --erase what was "
                    + "made of it goes too, with a proof.")
    void remove(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As 'documents ls' shows it.")
            List<String> ids,
            @Option(names = "--erase", description = "Write datasets that hold it anew without it, purge cached "
                    + "prompts, erase adapters that learnt from it and move their aliases back, destroy its key, and "
                    + "search everything that can be read for what is left.") boolean erase,
            @Option(names = "--retrain", description = "With --erase: tune anew, without it, what an alias pointed "
                    + "to.") boolean retrain,
            @Option(names = "--everywhere", description = "With --erase: also files that were sent or produced and "
                    + "contain it, whosever they are.") boolean everywhere,
            @Option(names = "--accept-remaining", description = "With --erase: end it also where text of the document "
                    + "is found that nothing led to, as in a file put there by hand. Without it the erasure is "
                    + "incomplete then, exit status 1, until that is gone.") boolean acceptRemaining,
            @Option(names = "--dry-run", description = "With --erase: show what it would touch, change nothing.")
            boolean dryRun) {
        if (erase) {
            ErasureScreen.erase(options, ids, "&retrain=" + retrain + "&everywhere=" + everywhere
                    + "&accept_remaining=" + acceptRemaining, dryRun);
            return;
        }
        if (retrain || everywhere || acceptRemaining || dryRun) {
            throw new UsageProblem("--retrain, --everywhere, --accept-remaining and --dry-run go with --erase");
        }
        each(ids, "removed", (client, id) -> {
            ObjectNode impact = (ObjectNode) client.get(route(id, "/impact"));
            client.delete(route(id, ""));
            return impact.put("in_journal", false);
        });
    }

    @Command(name = "impact", mixinStandardHelpOptions = true,
            description = "Show every dataset, adapter and alias made of a document, and datasets that read it and "
                    + "kept nothing; of a removed one too.")
    void impact(@Parameters(paramLabel = "ID", description = "As 'documents ls' shows it.") String id) {
        each(List.of(id), "made of", (client, each) -> (ObjectNode) client.get(route(each, "/impact")));
    }

    @Command(name = "proof", mixinStandardHelpOptions = true,
            description = "Show what the erasure of a document found where and what became of it, or list erasures.")
    void proof(@Parameters(paramLabel = "ID|list", description = "The document's id, or 'list'.") String id) {
        ErasureScreen.proof(options, id);
    }

    private interface Action {
        ObjectNode apply(ApiClient client, String id);
    }

    /** The same for each, one connection; a list as JSON where there are several. */
    private void each(List<String> ids, String done, Action action) {
        Screen screen = options.screen();
        ArrayNode replies = ApiClient.JSON.createArrayNode();
        try (Session session = Session.open(options)) {
            for (String id : ids) {
                ObjectNode reply = action.apply(session.client(), id);
                replies.add(reply);
                if (!screen.json()) {
                    screen.line(done + ": " + id);
                    impact(screen, reply);
                }
            }
        }
        if (screen.json()) {
            screen.json(ids.size() == 1 ? replies.get(0) : replies);
        }
    }

    private static void impact(Screen screen, JsonNode impact) {
        impact.path("datasets").forEach(dataset -> screen.line("  dataset " + dataset.path("id").asText() + " ("
                + dataset.path("name").asText() + ", " + dataset.path("samples").asLong() + " samples)"));
        impact.path("datasets_read").forEach(dataset -> screen.line("  dataset " + dataset.path("id").asText() + " ("
                + dataset.path("name").asText() + "): read, nothing kept"));
        impact.path("adapters").forEach(adapter -> screen.line("  adapter " + adapter.path("id").asText() + " ("
                + adapter.path("state").asText() + ")"));
        impact.path("aliases").forEach(alias -> screen.line("  alias " + alias.path("id").asText()
                + (alias.path("current_affected").asBoolean() ? " points to it" : " would be rolled back to it")));
        if (impact.path("datasets").isEmpty() && impact.path("datasets_read").isEmpty()
                && impact.path("adapters").isEmpty()) {
            screen.line("  nothing was made of it");
        }
    }

    private static String route(String id, String rest) {
        return "/v1/documents/" + ApiClient.quote(id) + rest;
    }

    private JsonNode ask(Function<ApiClient, JsonNode> question) {
        try (Session session = Session.open(options)) {
            return question.apply(session.client());
        }
    }
}
