package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import quern.config.QuernException;

/** Asks for erasures, waits for them, and shows what they found. */
final class ErasureScreen {

    private ErasureScreen() {}

    /** @param wishes further query parameters */
    static void erase(GlobalOptions options, List<String> ids, String wishes, boolean dryRun) {
        Screen screen = options.screen();
        ArrayNode replies = ApiClient.JSON.createArrayNode();
        List<String> incomplete = new ArrayList<>();
        try (Session session = Session.open(options)) {
            for (String id : ids) {
                JsonNode reply = session.client().delete("/v1/documents/" + ApiClient.quote(id) + "?erase=true"
                        + wishes + (dryRun ? "&dry_run=true" : ""));
                boolean begun = reply.path("status").asText().equals("begun");
                if (begun) {
                    reply = awaited(session.client(), screen, id, reply.path("job_id").asText());
                }
                if (isIncomplete(reply)) {
                    incomplete.add(id);
                }
                replies.add(reply);
                if (!screen.json()) {
                    show(screen, id, reply, dryRun, begun);
                }
            }
        }
        if (screen.json()) {
            screen.json(ids.size() == 1 ? replies.get(0) : replies);
        }
        if (!incomplete.isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR, "the erasure of " + String.join(", ", incomplete)
                    + " is incomplete: text is left where nothing led to ('still found in'). The document stays "
                    + "withheld. Take the text out there and erase again, which looks again, or accept what is left "
                    + "with --accept-remaining");
        }
    }

    /** How it ended, done or incomplete; fails as its job where it is neither. */
    private static JsonNode awaited(ApiClient client, Screen screen, String id, String jobId) {
        JsonNode job = new JobWatch(client, screen).follow(jobId);
        JsonNode erasure = client.get("/v1/erasures/" + ApiClient.quote(id));
        if (!isIncomplete(erasure)) {
            JobWatch.succeeded(job, jobId);
        }
        return erasure;
    }

    private static boolean isIncomplete(JsonNode erasure) {
        return erasure.path("status").asText().equals("incomplete");
    }

    private static void show(Screen screen, String id, JsonNode reply, boolean dryRun, boolean begun) {
        if (dryRun && reply.path("object").asText().equals("erasure.plan")) {
            screen.line("would be erased: " + id);
            found(screen, reply);
        } else {
            screen.line((isIncomplete(reply) ? "incomplete: " : begun ? "erased: " : "was erased before: ") + id);
            found(screen, reply.path("proof"));
            ending(screen, reply);
        }
    }

    static void proof(GlobalOptions options, String id) {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            if (id.equals("list")) {
                JsonNode list = session.client().get("/v1/erasures?limit=1000");
                if (screen.json()) {
                    screen.json(list);
                } else if (list.path("data").isEmpty()) {
                    screen.line("erasures: none");
                } else {
                    screen.table(Listing.rows(list, "id", "status", "job_id", "proof_sha256"));
                }
                return;
            }
            JsonNode reply = session.client().get("/v1/erasures/" + ApiClient.quote(id));
            if (screen.json()) {
                screen.json(reply);
                return;
            }
            screen.line("erasure of " + id + ": " + reply.path("status").asText());
            found(screen, reply.path("proof"));
            ending(screen, reply);
        }
    }

    private static void ending(Screen screen, JsonNode reply) {
        JsonNode proof = reply.path("proof");
        JsonNode sweep = proof.path("sweep");
        if (!sweep.isMissingNode()) {
            screen.line("  searched " + sweep.path("files").asLong() + " files (" + sweep.path("bytes").asLong()
                    + " bytes unpacked) and " + sweep.path("records").asLong() + " records for "
                    + sweep.path("stretches").asLong() + " stretches of its text: "
                    + (sweep.path("remaining").asLong() == 0 ? "none left"
                            : proof.path("remaining_accepted").asBoolean() ? "what is left, see above, was accepted"
                                    : "some are left, see above"));
            if (proof.has("keys_destroyed")) {
                screen.line("  keys destroyed: " + proof.path("keys_destroyed").asLong());
            }
        }
        if (!reply.path("proof_sha256").isNull()) {
            screen.line("  proof " + reply.path("proof_sha256").asText()
                    + (reply.path("proof_sound").asBoolean() ? "" : " (its file is gone or was changed)"));
        }
    }

    private static String next(JsonNode dataset) {
        return " -> " + dataset.path("next_id").asText() + " (" + dataset.path("removed").asLong()
                + " samples removed, " + dataset.path("re_entered").asLong() + " came back)";
    }

    /** Of a plan and of a proof. */
    private static void found(Screen screen, JsonNode found) {
        found.path("datasets").forEach(dataset -> screen.line("  dataset " + dataset.path("id").asText()
                + (dataset.has("next_id") ? next(dataset) : "")
                + (dataset.path("sampled").asBoolean() ? "" : " (dropped samples only)")));
        found.path("adapters").forEach(adapter -> screen.line("  adapter " + adapter.path("id").asText() + " (was "
                + adapter.path("state").asText() + ")"));
        found.path("aliases").forEach(alias -> screen.line("  alias " + alias.path("id").asText() + " -> "
                + (alias.path("to").asText().isEmpty() ? "the base model" : alias.path("to").asText())));
        JsonNode blocks = found.path("blocks");
        if (StreamSupport.stream(blocks.spliterator(), false).anyMatch(count -> count.asLong() > 0)) {
            screen.line("  cached blocks " + blocks);
        }
        found.path("pins").forEach(pin -> screen.line("  pinned prompt " + pin.path("id").asText()));
        found.path("jobs").forEach(job -> screen.line("  job " + job.path("id").asText() + " ("
                + job.path("kind").asText() + ", of key " + job.path("owner").asText() + ")"));
        found.path("files").forEach(file -> screen.line("  file " + file.path("id").asText() + " (of key "
                + file.path("owner").asText() + ") " + (file.path("purged").asBoolean() ? "goes"
                        : "contains it and stays; --everywhere takes it too")));
        found.path("remaining").forEach(place -> screen.line("  still found in " + place.path("id").asText()));
        found.path("retrained").forEach(each -> screen.line("  tuned anew: " + each.path("id").asText()));
    }
}
