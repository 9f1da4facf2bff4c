package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.pipelines.PipelineLedger;
import quern.config.PipelineConfig;
import quern.kv.journal.PipelineFileRecord;
import quern.kv.journal.PipelineRecord;
import quern.kv.journal.RecordKind;

/** Standing pipelines: how far they are, and somebody's word where they wait for it: {@code /v1/pipelines}. */
public final class PipelineRoutes {

    private static final int REFUSED_MAX = 100;

    private final JobDesk desk;
    private final House house;
    private final AliasRoutes aliases;

    public PipelineRoutes(JobDesk desk, House house, AliasRoutes aliases) {
        this.desk = desk;
        this.house = house;
        this.aliases = aliases;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/pipelines", Access.KEY, this::list),
                Route.of("GET", "/v1/pipelines/{name}", Access.KEY, this::show),
                Route.of("POST", "/v1/pipelines/{name}/run", Access.KEY, this::run),
                Route.of("POST", "/v1/pipelines/{name}/approve", Access.KEY, this::approve),
                Route.of("POST", "/v1/pipelines/{name}/reject", Access.KEY, this::reject));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            ArrayNode data = body.putArray("data");
            for (PipelineRecord record : desk.catalogue().all(RecordKind.PIPELINE, PipelineRecord.class)) {
                if (call.caller().sees(record.ownership())) {
                    data.add(json(record));
                }
            }
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        return desk.read(() -> {
            PipelineRecord record = seen(call.caller(), call.id("name"));
            ObjectNode body = json(record);
            ArrayNode refused = body.putArray("refused_files");
            StreamSupport.stream(desk.catalogue().all(RecordKind.PIPELINE_FILE, PipelineFileRecord.class)
                            .spliterator(), false)
                    .filter(file -> file.pipeline().equals(record.name()) && !file.refusal().isEmpty())
                    .limit(REFUSED_MAX)
                    .forEach(file -> refused.addObject().put("path", file.path()).put("reason", file.refusal()));
            return Json.ok(body);
        });
    }

    /** Tunes as soon as what has arrived is curated, however little that is. */
    private CompletionStage<HttpResponse> run(Call call) {
        return desk.read(() -> {
            PipelineRecord record = seen(call.caller(), call.id("name"));
            configured(record);
            return changed(record, before -> before.asked(System.currentTimeMillis()));
        });
    }

    /** Publishes the adapter that waits. */
    private CompletionStage<HttpResponse> approve(Call call) {
        return call.jsonOrEmpty().thenCompose(fields -> {
            boolean allowTainted = fields.flag("allow_tainted", false);
            fields.refuseOthers();
            return desk.read(() -> {
                PipelineRecord record = waiting(call.caller(), call.id("name"));
                aliases.publish(call.caller(), configured(record).alias().orElse(record.name()),
                        record.candidate().orElseThrow(), allowTainted);
                return changed(record, before -> before.candidate().equals(record.candidate())
                        ? before.decided(true, System.currentTimeMillis()) : before);
            });
        });
    }

    private CompletionStage<HttpResponse> reject(Call call) {
        return desk.read(() -> {
            PipelineRecord record = waiting(call.caller(), call.id("name"));
            return changed(record, before -> before.candidate().equals(record.candidate())
                    ? before.decided(false, System.currentTimeMillis()) : before);
        });
    }

    private HttpResponse changed(PipelineRecord record, UnaryOperator<PipelineRecord> change) {
        return Json.ok(json(PipelineLedger.change(desk.catalogue(), record.name(), change).orElseThrow()));
    }

    private PipelineRecord waiting(Caller caller, String name) {
        PipelineRecord record = seen(caller, name);
        if (record.candidate().isEmpty()) {
            throw ApiError.conflict("no adapter of pipeline '" + name + "' waits for approval");
        }
        return record;
    }

    private PipelineRecord seen(Caller caller, String name) {
        return desk.catalogue().get(RecordKind.PIPELINE, name, PipelineRecord.class)
                .filter(found -> caller.sees(found.ownership()))
                .orElseThrow(() -> ApiError.notFound("pipeline_not_found", "no pipeline '" + name + "'"));
    }

    private PipelineConfig configured(PipelineRecord record) {
        return Optional.ofNullable(house.config().pipelines().get(record.name())).orElseThrow(() -> ApiError.conflict(
                "pipeline '" + record.name() + "' is no longer in the configuration"));
    }

    private ObjectNode json(PipelineRecord record) {
        PipelineConfig config = house.config().pipelines().get(record.name());
        ObjectNode node = Json.object().put("id", record.name()).put("object", "pipeline")
                .put("stage", stage(record, config))
                .put("documents_waiting", record.arrived().size())
                .put("samples_new", record.freshSamples())
                .put("datasets", record.datasets().size())
                .put("live", record.live().orElse(null))
                .put("candidate", record.candidate().orElse(null))
                .put("problem", record.problem().orElse(null));
        add(node, "curation", record.curating(), "documents");
        add(node, "tuning", record.tuning(), "datasets");
        if (config != null) {
            node.put("folder", config.folder().map(Object::toString).orElse(null))
                    .put("recipe", config.recipe().orElseThrow().toString())
                    .put("tune_samples", config.tuneSamples()).put("tune_after_s", config.tuneAfter().toSeconds())
                    .put("alias", config.alias().orElse(record.name()))
                    .put("publish", config.publish().name().toLowerCase(Locale.ROOT));
        }
        return node.put("updated_at", record.updatedAtMs() / 1000);
    }

    private static void add(ObjectNode node, String name, Optional<PipelineRecord.Run> run, String inputs) {
        run.ifPresent(found -> node.putObject(name).put("number", found.number())
                .put(inputs, found.inputs().size()).put("job", found.jobId().orElse(null)));
    }

    private static String stage(PipelineRecord record, PipelineConfig config) {
        if (config == null) {
            return "not configured";
        }
        return record.candidate().isPresent() ? "approval" : record.tuning().isPresent() ? "tuning"
                : record.curating().isPresent() ? "curating" : "waiting";
    }
}
