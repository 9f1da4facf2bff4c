package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Follows a tuning: on a terminal its loss as a curve, its pace and its end, drawn anew; elsewhere its events. */
final class TuneWatch {

    private static final Set<String> ENDED = Set.of("succeeded", "failed", "cancelled");
    private static final long LOOK_MS = 500;
    private static final int MESSAGES_MAX = 3;
    private static final int LINE_CHARS_MAX = 78;

    private final ApiClient client;
    private final Screen screen;
    private final LossCurve curve = new LossCurve();
    private final Deque<String> messages = new ArrayDeque<>();
    private JsonNode step = ApiClient.JSON.createObjectNode();
    private long eventsSeen;

    TuneWatch(ApiClient client, Screen screen) {
        this.client = client;
        this.screen = screen;
    }

    /** The job as {@code GET /v1/jobs/ID} gives it, once it has ended, well or not. */
    JsonNode follow(String id) {
        if (!screen.live()) {
            return new JobWatch(client, screen).follow(id);
        }
        while (true) {
            JsonNode job = client.get("/v1/jobs/" + id);
            read(id);
            screen.frame(frame(job));
            if (ENDED.contains(job.path("status").asText())) {
                return job;
            }
            Polling.pause(LOOK_MS);
        }
    }

    private void read(String id) {
        JsonNode page;
        do {
            page = client.get("/v1/jobs/" + id + "/events?limit=200&after=" + eventsSeen);
            page.path("data").forEach(this::read);
        } while (page.path("has_more").asBoolean());
    }

    private void read(JsonNode event) {
        eventsSeen = Math.max(eventsSeen, event.path("id").asLong());
        JsonNode data = event.has("data") ? event.path("data") : event.path("detail");
        if (data.has("step") && data.has("train_loss")) {
            step = data;
            curve.add(data.path("step").asInt(), data.path("train_loss").asDouble());
        } else if (!data.has("checkpoint_step")) {
            messages.add(Printer.time(event.path("created_at")) + "  " + event.path("message").asText());
            if (messages.size() > MESSAGES_MAX) {
                messages.remove();
            }
        }
    }

    private List<String> frame(JsonNode job) {
        List<String> lines = new ArrayList<>();
        lines.add(job.path("id").asText() + "  " + job.path("status").asText());
        int steps = step.path("total_steps").asInt();
        lines.addAll(curve.lines(steps));
        if (step.has("step")) {
            lines.add(String.format(Locale.ROOT, "step %d/%d  loss %s  learning rate %.2e  %.0f tokens/s",
                    step.path("step").asInt(), steps, LossCurve.loss(step.path("train_loss").asDouble()),
                    step.path("learning_rate").asDouble(), step.path("tokens_per_second").asDouble()));
            if (step.has("margin")) {
                lines.add(String.format(Locale.ROOT, "margin %.4f  accuracy %.2f", step.path("margin").asDouble(),
                        step.path("accuracy").asDouble()));
            }
            lines.add(end(job) + "next checkpoint at step " + step.path("next_checkpoint_step").asInt() + "  heap "
                    + Printer.bytes(step.path("heap_bytes").asLong()));
        }
        lines.addAll(messages);
        return lines.stream().map(line -> line.length() <= LINE_CHARS_MAX ? line
                : line.substring(0, LINE_CHARS_MAX - 3) + "...").toList();
    }

    private String end(JsonNode job) {
        if (!step.has("estimated_finish") || !job.path("status").asText().equals("running")) {
            return "";
        }
        Instant end = Instant.ofEpochSecond(step.path("estimated_finish").asLong());
        Duration left = Duration.between(Instant.now(), end);
        return left.isNegative() ? "" : "steps end in " + left.toHours() + ":"
                + String.format(Locale.ROOT, "%02d:%02d", left.toMinutesPart(), left.toSecondsPart()) + " ("
                + end.atZone(ZoneId.systemDefault()).toLocalTime().truncatedTo(ChronoUnit.SECONDS) + ")  ";
    }
}
