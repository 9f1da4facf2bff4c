package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import quern.config.QuernException;

/** Follows a job to its end, showing its progress and events as they come. */
final class JobWatch {

    private static final Set<String> TERMINAL = Set.of("succeeded", "failed", "cancelled");
    private static final long POLL_FIRST_MS = 50;
    private static final long POLL_MAX_MS = 1000;

    private final ApiClient client;
    private final Screen screen;
    private long eventsSeen;

    JobWatch(ApiClient client, Screen screen) {
        this.client = client;
        this.screen = screen;
    }

    /**
     * The job as it ended well.
     *
     * @throws QuernException if it failed or was cancelled
     */
    JsonNode await(String id) {
        return succeeded(follow(id), id);
    }

    /** The job as it ended, well or not. */
    JsonNode follow(String id) {
        long pauseMs = POLL_FIRST_MS;
        while (true) {
            JsonNode job = client.get("/v1/jobs/" + id);
            showEvents(id);
            String status = job.path("status").asText();
            if (TERMINAL.contains(status)) {
                screen.clearProgress();
                return job;
            }
            JsonNode progress = job.path("progress");
            String stage = progress.path("stage").asText("");
            screen.progress(stage.isEmpty() ? status : stage, progress.path("done").asLong(),
                    progress.path("total").asLong());
            Polling.pause(pauseMs);
            pauseMs = Math.min(POLL_MAX_MS, pauseMs * 2);
        }
    }

    /** @throws QuernException if it did not succeed, with its reason */
    static JsonNode succeeded(JsonNode job, String id) {
        String status = job.path("status").asText();
        if (status.equals("succeeded")) {
            return job;
        }
        String reason = job.path("error").asText("");
        throw new QuernException(QuernException.Category.ERROR,
                "job " + id + " " + status + (reason.isEmpty() || reason.equals("null") ? "" : ": " + reason));
    }

    private void showEvents(String id) {
        JsonNode page;
        do {
            page = client.get("/v1/jobs/" + id + "/events?limit=200&after=" + eventsSeen);
            for (JsonNode event : page.path("data")) {
                eventsSeen = Math.max(eventsSeen, event.path("id").asLong());
                // What ended a job is said with its end.
                if (!event.path("level").asText().equals("error")) {
                    screen.note(event.path("message").asText());
                }
            }
        } while (page.path("has_more").asBoolean());
    }
}
