package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.kv.journal.JobEvent;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;

/** Jobs of every kind: {@code /v1/jobs}. */
public final class JobRoutes {

    private static final int LIMIT_MAX = 1000;

    private final JobDesk desk;

    public JobRoutes(JobDesk desk) {
        this.desk = desk;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/jobs", Access.KEY, this::list),
                Route.of("GET", "/v1/jobs/{id}", Access.KEY, this::show),
                Route.of("GET", "/v1/jobs/{id}/events", Access.KEY, this::events),
                Route.of("POST", "/v1/jobs/{id}/cancel", Access.KEY, this::cancel));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 20);
        String after = call.query("after").orElse("");
        String kind = call.query("kind").orElse("").toUpperCase(Locale.ROOT);
        return desk.read(() -> Json.ok(JobDesk.list(
                desk.newest(RecordKind.JOB, JobRecord.class, after, limit,
                                job -> call.caller().sees(job.ownership().ownerKeyId())
                                        && (kind.isEmpty() || job.kind().name().equals(kind)),
                                JobRecord::id)
                        .stream().map(JobRoutes::json).toList(),
                limit)));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> Json.ok(json(desk.job(call.caller(), id, job -> true))));
    }

    private CompletionStage<HttpResponse> events(Call call) {
        String id = call.id("id");
        int limit = call.query("limit", 1, LIMIT_MAX, 200);
        int after = call.query("after", 0, Integer.MAX_VALUE, 0);
        return desk.read(() -> {
            desk.job(call.caller(), id, job -> true);
            List<ObjectNode> events = desk.catalogue().events(id, after, limit + 1).stream()
                    .map(JobRoutes::json)
                    .toList();
            return Json.ok(JobDesk.list(events, limit));
        });
    }

    private CompletionStage<HttpResponse> cancel(Call call) {
        return desk.cancel(call.caller(), call.id("id"), job -> true).thenApply(job -> Json.ok(json(job)));
    }

    /** A job as every job route shows it. */
    static ObjectNode json(JobRecord job) {
        ObjectNode node = Json.object()
                .put("id", job.id())
                .put("object", "job")
                .put("kind", job.kind().name().toLowerCase(Locale.ROOT))
                .put("status", job.state().name().toLowerCase(Locale.ROOT))
                .put("created_at", job.createdAtMs() / 1000)
                .put("attempts", job.attempts());
        node.put("started_at", job.startedAtMs().map(ms -> ms / 1000).orElse(null));
        node.put("finished_at", job.finishedAtMs().map(ms -> ms / 1000).orElse(null));
        node.putObject("progress")
                .put("stage", job.progress().stage())
                .put("done", job.progress().done())
                .put("total", job.progress().total());
        node.set("result", job.resultJson().map(text -> Json.parse(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(null));
        node.put("error", job.error().orElse(null));
        job.ownership().labels().forEach(node.putArray("labels")::add);
        return node;
    }

    private static ObjectNode json(JobEvent event) {
        ObjectNode node = Json.object()
                .put("id", Long.toString(event.sequence()))
                .put("object", "job.event")
                .put("created_at", event.atMs() / 1000)
                .put("level", event.level())
                .put("message", event.message());
        if (!event.detailJson().isEmpty()) {
            node.set("data", Json.parse(event.detailJson().getBytes(StandardCharsets.UTF_8)));
        }
        return node;
    }
}
