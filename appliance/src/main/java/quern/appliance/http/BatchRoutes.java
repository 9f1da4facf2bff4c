package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.RecordText;
import quern.actors.files.FileStore;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;

/** OpenAI's batches: {@code /v1/batches}. */
public final class BatchRoutes {

    private static final int LIMIT_MAX = 100;
    private static final int METADATA_MAX = 16;

    private final JobDesk desk;
    private final FileStore files;

    public BatchRoutes(JobDesk desk, FileStore files) {
        this.desk = desk;
        this.files = files;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/batches", Access.KEY, this::create),
                Route.of("GET", "/v1/batches", Access.KEY, this::list),
                Route.of("GET", "/v1/batches/{id}", Access.KEY, this::show),
                Route.of("POST", "/v1/batches/{id}/cancel", Access.KEY, this::cancel));
    }

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            String input = fields.requiredText("input_file_id");
            String endpoint = fields.requiredText("endpoint");
            String window = fields.text("completion_window").orElse("24h");
            if (!BatchAnswers.ENDPOINTS.contains(endpoint)) {
                throw fields.invalid("endpoint", "is not one of " + BatchAnswers.ENDPOINTS);
            }
            Map<String, String> metadata = metadata(fields);
            fields.refuseOthers();
            BatchSpec spec = new BatchSpec(
                    input, endpoint, window, metadata, call.caller().keyId(), call.caller().admin(),
                    call.caller().sharedTenant());
            return desk.read(() -> files.find(input)
                            .filter(file -> call.caller().sees(file.ownership().ownerKeyId()))
                            .map(FileRecord::ownership)
                            .orElseThrow(() -> ApiError.notFound("file_not_found", "no file '" + input + "'")))
                    .thenCompose(source -> desk.submit(JobKind.BATCH, RecordText.write(spec),
                            Ownership.union(call.caller().keyId(), List.of(source))))
                    .thenApply(job -> Json.ok(json(job)));
        });
    }

    private static Map<String, String> metadata(Fields fields) {
        Map<String, String> metadata = new TreeMap<>();
        fields.object("metadata").ifPresent(object -> object.node().properties().forEach(entry -> {
            if (metadata.size() == METADATA_MAX || !entry.getValue().isTextual()) {
                throw fields.invalid("metadata", "holds at most " + METADATA_MAX + " texts");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }));
        return metadata;
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 20);
        String after = call.query("after").orElse("");
        return desk.read(() -> Json.ok(JobDesk.list(
                desk.newest(RecordKind.JOB, JobRecord.class, after, limit,
                                job -> isBatch(job) && call.caller().sees(job.ownership().ownerKeyId()),
                                JobRecord::id)
                        .stream().map(BatchRoutes::json).toList(),
                limit)));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> Json.ok(json(desk.job(call.caller(), id, BatchRoutes::isBatch))));
    }

    private CompletionStage<HttpResponse> cancel(Call call) {
        String id = call.id("id");
        return call.jsonOrEmpty().thenAccept(Fields::refuseOthers)
                .thenCompose(read -> desk.cancel(call.caller(), id, BatchRoutes::isBatch))
                .thenApply(job -> Json.ok(json(job)));
    }

    private static boolean isBatch(JobRecord job) {
        return job.kind() == JobKind.BATCH;
    }

    private static ObjectNode json(JobRecord job) {
        BatchSpec spec = RecordText.read(job.specJson(), BatchSpec.class);
        String status = switch (job.state()) {
            case QUEUED, PAUSED -> "validating";
            case RUNNING, PAUSING -> "in_progress";
            case CANCELLING -> "cancelling";
            case SUCCEEDED -> "completed";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
        };
        ObjectNode node = Json.object().put("id", job.id()).put("object", "batch").put("endpoint", spec.endpoint())
                .put("input_file_id", spec.inputFileId()).put("completion_window", spec.completionWindow())
                .put("status", status).put("created_at", job.createdAtMs() / 1000);
        JsonNode result = job.resultJson()
                .map(text -> Json.parse(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(Json.object());
        for (String file : List.of("output_file_id", "error_file_id")) {
            node.put(file, result.path(file).isTextual() ? result.path(file).textValue() : null);
        }
        node.put("in_progress_at", job.startedAtMs().map(ms -> ms / 1000).orElse(null));
        Long ended = job.finishedAtMs().map(ms -> ms / 1000).orElse(null);
        node.put("completed_at", status.equals("completed") ? ended : null);
        node.put("failed_at", status.equals("failed") ? ended : null);
        node.put("cancelled_at", status.equals("cancelled") ? ended : null);
        ObjectNode counts = node.putObject("request_counts");
        counts.put("total", result.path("total").asLong(job.progress().total()));
        counts.put("completed", result.path("completed").asLong(job.progress().done()));
        counts.put("failed", result.path("failed").asLong(0));
        job.error().ifPresent(error -> node.putObject("errors").put("object", "list").putArray("data").addObject()
                .put("code", "batch_failed").put("message", error));
        ObjectNode metadata = node.putObject("metadata");
        spec.metadata().forEach(metadata::put);
        return node;
    }
}
