package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.CurationSpec;
import quern.actors.curation.FailedChecks;
import quern.actors.serving.ServedModel;
import quern.actors.tuning.Ancestry;
import quern.actors.tuning.EvaluationSpec;
import quern.actors.tuning.FailureOrder;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.tuning.Evaluation;

/**
 * Checks put to a served model or adapter, as jobs, and what evaluations came to, those of the gate included:
 * {@code /v1/evaluations}.
 */
public final class EvaluationRoutes {

    private static final Set<JobKind> EVALUATED = Set.of(
            JobKind.EVALUATE, JobKind.TUNE, JobKind.COMPRESS, JobKind.MERGE);

    private static final int PAIRS_MAX = 1_000_000;

    private final JobDesk desk;
    private final House house;
    private final GateMaterial material;

    public EvaluationRoutes(JobDesk desk, House house) {
        this.desk = desk;
        this.house = house;
        this.material = new GateMaterial(desk, house);
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/evaluations", Access.KEY, this::create),
                Route.of("GET", "/v1/evaluations/{id}", Access.KEY, this::show),
                Route.of("POST", "/v1/evaluations/{id}/pairs", Access.KEY, this::pairs));
    }

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            String model = fields.requiredText("model");
            String checks = fields.requiredText("checks");
            double checksMin = fields.number("checks_min", 0, 1)
                    .orElse(house.config().tuning().gateChecksMin());
            int lostMax = fields.integer("checks_lost_max", 0, 1 << 20).orElse(0);
            fields.refuseOthers();
            return desk.read(() -> {
                Ownership source = material.checks("checks", checks, call.caller());
                String id = served(model, call.caller());
                return new Order(new EvaluationSpec(id, base(id), checks, checksMin, lostMax, call.caller().admin()),
                        Ownership.union(call.caller().keyId(), List.of(source)));
            }).thenCompose(order -> desk.submit(JobKind.EVALUATE, RecordText.write(order.spec), order.ownership))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    private record Order(EvaluationSpec spec, Ownership ownership) {}

    /** The id behind a name. */
    private String served(String name, Caller caller) {
        var running = house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
        return running.models().find(name, caller).filter(found -> !found.encoder()).map(ServedModel::id)
                .or(() -> adapter(name, caller).filter(found -> found.state().served()).map(AdapterRecord::id)
                        .filter(id -> house.names().base(id, caller).isPresent()))
                .or(() -> house.names().base(name, caller).map(ModelRecord::name))
                .orElseThrow(() -> ApiError.badField("model", "model_not_found",
                        "'" + name + "' is not served, or generates nothing"));
    }

    private Optional<AdapterRecord> adapter(String name, Caller caller) {
        Optional<String> aliased = desk.catalogue().get(RecordKind.ALIAS, name, AliasRecord.class)
                .filter(alias -> caller.sees(alias.ownership())).flatMap(AliasRecord::current);
        return desk.catalogue().get(RecordKind.ADAPTER, aliased.orElse(name), AdapterRecord.class)
                .filter(found -> caller.sees(found.ownership()));
    }

    /** The id of an adapter's base. */
    private Optional<String> base(String id) {
        return desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class).map(AdapterRecord::baseFingerprint)
                .flatMap(fingerprint -> house.running()
                        .filter(standing -> standing.parts().generates()
                                && standing.parts().model().fingerprint().equals(fingerprint))
                        .map(House.Running::name)
                        .or(() -> house.names().ofFingerprint(fingerprint).map(ModelRecord::name)));
    }

    /** By the job's id, or an adapter's or alias's that a job has made. */
    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            JobRecord job = evaluated(id, call.caller());
            ObjectNode node = Json.object().put("id", job.id()).put("object", "evaluation")
                    .put("kind", job.kind().name().toLowerCase(Locale.ROOT))
                    .put("created_at", job.createdAtMs() / 1000);
            node.setAll((ObjectNode) Json.parse(bytes(file(job))));
            return Json.ok(node);
        });
    }

    private JobRecord evaluated(String id, Caller caller) {
        String jobId = adapter(id, caller).map(AdapterRecord::jobId).orElse(id);
        JobRecord job = desk.job(caller, jobId, found -> EVALUATED.contains(found.kind()));
        if (!Files.exists(file(job))) {
            throw ApiError.notFound("evaluation_not_found", "job '" + job.id() + "' has no evaluation: it is "
                    + job.state().name().toLowerCase(Locale.ROOT));
        }
        return job;
    }

    private Path file(JobRecord job) {
        return house.stores().directory().jobs().resolve(job.id()).resolve(Evaluation.NAME);
    }

    /** Has the served model write pairs from what failed: a curation job. */
    private CompletionStage<HttpResponse> pairs(Call call) {
        String id = call.id("id");
        return call.json().thenCompose(fields -> {
            int pairs = fields.integer("pairs", 1, PAIRS_MAX).orElse(200);
            String name = fields.text("name").orElse("pairs");
            Set<String> labels = Set.copyOf(fields.texts("labels", 100));
            fields.refuseOthers();
            return desk.read(() -> {
                JobRecord job = evaluated(id, call.caller());
                FailedChecks failed = FailedChecks.read(file(job), job.id());
                if (failed.count() == 0) {
                    throw ApiError.conflict("evaluation '" + job.id() + "' has no failed check that expects a text"
                            + (failed.others() == 0 ? "" : "; " + failed.others()
                                    + " of other kinds failed, which say nothing that could be taught"));
                }
                List<String> against = adapter(id, call.caller())
                        .map(adapter -> Ancestry.of(desk.catalogue(), List.of(adapter.id())).trainingIds())
                        .orElse(List.of());
                return new Failures(FailureOrder.of(
                        desk.catalogue(), job, failed.count(), pairs, name, against, call.caller().admin()),
                        Ownership.union(call.caller().keyId(),
                                List.of(job.ownership(), Ownership.of(call.caller().keyId(), labels))));
            }).thenCompose(order -> desk.submit(JobKind.CURATE, RecordText.write(order.spec), order.ownership))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    private record Failures(CurationSpec spec, Ownership ownership) {}

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
