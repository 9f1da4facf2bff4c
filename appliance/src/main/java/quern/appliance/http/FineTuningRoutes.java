package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.tuning.GateSpec;
import quern.actors.tuning.LeakSpec;
import quern.actors.tuning.TuningCheck;
import quern.actors.tuning.TuningSpec;
import quern.actors.tuning.ValidationSpec;
import quern.config.LearningRateDecay;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobEvent;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.LoraTarget;

/**
 * OpenAI's fine-tuning jobs: {@code /v1/fine_tuning/jobs}. {@code training_file} is an uploaded JSONL file or a dataset
 * of the catalogue. Beside OpenAI's hyperparameters, by the names of PEFT and transformers where they have one:
 * {@code learning_rate}, {@code lr_scheduler_type}, {@code min_lr_rate}, {@code warmup_steps}, {@code weight_decay},
 * {@code max_grad_norm}, {@code batch_tokens}, {@code lora_rank}, {@code lora_alpha}, {@code use_rslora},
 * {@code use_dora}, {@code target_modules}, {@code max_steps}, {@code max_seq_length}, {@code eval_steps},
 * {@code early_stopping_patience} (on {@code validation_file}, else on what is held out), {@code held_out_share}, the
 * gate's limits, and {@code gate_checks} and {@code gate_general}, files that it measures on; beside its fields:
 * {@code allow_tainted}, without which a dataset made of documents in quarantine is refused.
 */
public final class FineTuningRoutes {

    private static final int LIMIT_MAX = 1000;
    /** Among which a running job's last step is. */
    private static final int NEWEST_EVENTS = 16;

    private final JobDesk desk;
    private final House house;
    private final GateMaterial evaluations;

    public FineTuningRoutes(JobDesk desk, House house) {
        this.desk = desk;
        this.house = house;
        this.evaluations = new GateMaterial(desk, house);
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/fine_tuning/jobs", Access.KEY, this::create),
                Route.of("POST", "/v1/fine_tuning/budget", Access.KEY, this::budget),
                Route.of("GET", "/v1/fine_tuning/jobs", Access.KEY, this::list),
                Route.of("GET", "/v1/fine_tuning/jobs/{id}", Access.KEY, this::show),
                Route.of("GET", "/v1/fine_tuning/jobs/{id}/events", Access.KEY, this::events),
                Route.of("GET", "/v1/fine_tuning/jobs/{id}/checkpoints", Access.KEY, this::checkpoints),
                Route.of("POST", "/v1/fine_tuning/jobs/{id}/pause", Access.KEY, call -> pause(call, false)),
                Route.of("POST", "/v1/fine_tuning/jobs/{id}/resume", Access.KEY, call -> pause(call, true)),
                Route.of("POST", "/v1/fine_tuning/jobs/{id}/cancel", Access.KEY, this::cancel));
    }

    private CompletionStage<HttpResponse> create(Call call) {
        return call.json().thenCompose(fields -> {
            TuningSpec spec = spec(fields, call.caller());
            return checked(call.caller(), spec).thenCompose(checked -> desk.submit(JobKind.TUNE, RecordText.write(spec),
                            Ownership.union(call.caller().keyId(), List.of(checked.source())))
                    .thenApply(job -> Json.ok(json(job).set("budget", checked.budget()))));
        });
    }

    /** What {@link #create} would take, and whether it would be taken; nothing is begun. */
    private CompletionStage<HttpResponse> budget(Call call) {
        return call.json().thenCompose(fields -> checked(call.caller(), spec(fields, call.caller())))
                .thenApply(checked -> Json.ok(checked.budget()));
    }

    TuningSpec spec(Fields fields, Caller caller) {
        String model = fields.requiredText("model");
        String training = fields.requiredText("training_file");
        String suffix = AdapterName.of(fields, "suffix").orElse("tuned");
        long seed = fields.whole("seed", 0, Integer.MAX_VALUE)
                .orElseGet(() -> ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        TuningSpec.Wishes wishes = wishes(fields, caller, house.config().tuning().sequenceMax());
        Map<String, String> metadata = metadata(fields);
        boolean allowTainted = fields.flag("allow_tainted", false);
        fields.only("integrations", Set.of("[]", "null"));
        fields.refuseOthers();
        var parts = house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1)).parts();
        if (!parts.generates() && house.names().find(model).isEmpty()) {
            throw ApiError.badField("model", "model_not_found",
                    "'" + parts.servedId() + "' is an encoder; nothing here can be tuned");
        }
        String base = house.names().find(model).map(ModelRecord::name).orElse(parts.modelId());
        if (!model.equals(base)) {
            throw ApiError.badField(
                    "model", "model_not_found", "'" + model + "' cannot be tuned; '" + base + "' can");
        }
        return TuningSpec.of(
                base, training, suffix, seed, wishes, house.config().tuning(), metadata, allowTainted);
    }

    record Checked(Ownership source, ObjectNode budget) {}

    CompletionStage<Checked> checked(Caller caller, TuningSpec spec) {
        return desk.read(() -> {
            evaluations.verify(spec.gate(), caller);
            Ownership training = source(caller, "training_file", spec.trainingId(), spec.allowTainted());
            Ownership source = spec.validation().fileId().map(id -> training.union(
                    source(caller, "validation_file", id, spec.allowTainted()))).orElse(training);
            refusing("validation_file", () -> TuningCheck.validation(house, spec));
            return new Checked(source, refusing("training_file", () -> TuningCheck.budget(house, spec)));
        });
    }

    private static <T> T refusing(String field, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (QuernException refused) {
            if (refused.category() == QuernException.Category.ERROR) {
                throw ApiError.badField(field, "invalid_" + field, refused.getMessage());
            }
            throw refused;
        }
    }

    /** @param sequenceMax that of the configuration */
    private static TuningSpec.Wishes wishes(Fields fields, Caller caller, int sequenceMax) {
        MethodFields method = MethodFields.of(fields);
        Optional<Fields> legacy = fields.object("hyperparameters");
        Fields given = method.hyperparameters().or(() -> legacy).orElseGet(() -> Fields.of(Json.object()));
        Fields settable = withoutAuto(given);
        TuningSpec.Wishes wishes = new TuningSpec.Wishes(
                boxed(settable.integer("n_epochs", 1, 1000)),
                settable.number("learning_rate", 1e-9, 10),
                settable.number("learning_rate_multiplier", 1e-6, 1e6),
                decay(settable),
                settable.number("min_lr_rate", 0, 1),
                boxed(settable.integer("warmup_steps", 0, 1 << 20)),
                boxed(settable.integer("batch_tokens", 1, 1 << 20)),
                settable.number("weight_decay", 0, 10),
                settable.number("max_grad_norm", 0, 1e6),
                boxed(settable.integer("lora_rank", 1, 512)),
                settable.number("lora_alpha", 1e-3, 1e6),
                targets(settable),
                settable.raw("use_rslora").map(node -> settable.flag("use_rslora", false)),
                settable.number("held_out_share", 0, 0.9),
                settable.number("gate_loss_margin", -1e6, 1e6),
                settable.number("gate_span_score_min", 0, 1),
                settable.number("gate_general_loss_max", -1e6, 1e6),
                boxed(settable.integer("max_seq_length", 8, sequenceMax)),
                new GateSpec.Wishes(settable.text("gate_checks"), settable.number("gate_checks_min", 0, 1),
                        boxed(settable.integer("gate_checks_lost_max", 0, 1 << 20)),
                        settable.text("gate_general"), caller.admin(), leaks(settable)), optimizer(settable),
                new ValidationSpec.Wishes(fields.text("validation_file"),
                        boxed(settable.integer("eval_steps", 1, 1 << 30)),
                        boxed(settable.integer("early_stopping_patience", 1, 1 << 20))),
                settable.raw("use_dora").map(node -> settable.flag("use_dora", false)),
                boxed(settable.integer("max_steps", 1, 1 << 20)),
                method.preference(settable));
        settable.only("batch_size", Set.of());
        settable.refuseOthers();
        if (wishes.optimizer().equals(Optional.of(TuningOptimizer.MEZO)) && wishes.weightDecay().orElse(0.0) > 0) {
            throw settable.invalid("weight_decay", "is 0 with mezo, whose steps know none");
        }
        return wishes;
    }

    private static Optional<TuningOptimizer> optimizer(Fields fields) {
        return fields.text("optimizer").map(name -> Arrays.stream(TuningOptimizer.values())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElseThrow(() -> fields.invalid("optimizer", "is adamw, adamw8bit, lion or mezo")));
    }

    private static LeakSpec leaks(Fields fields) {
        return new LeakSpec(fields.integer("canaries", 0, 64).orElse(0),
                fields.number("gate_leak_exposure_max", 0, 8), fields.number("gate_leak_extracted_max", 0, 1),
                fields.number("gate_leak_membership_max", 0, 1));
    }

    private static Optional<LearningRateDecay> decay(Fields fields) {
        return fields.text("lr_scheduler_type").map(name -> Arrays.stream(LearningRateDecay.values())
                .filter(decay -> decay.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElseThrow(() -> fields.invalid("lr_scheduler_type", "is cosine, linear or constant")));
    }

    /** PEFT's names, or {@code all-linear}. */
    private static Optional<List<String>> targets(Fields fields) {
        List<String> all = Arrays.stream(LoraTarget.values()).map(LoraTarget::shortName).toList();
        List<String> named = fields.texts("target_modules", all.size());
        if (!named.isEmpty() && !named.equals(List.of("all-linear")) && !all.containsAll(named)) {
            throw fields.invalid("target_modules", "names some of " + String.join(", ", all) + ", or is all-linear");
        }
        return named.isEmpty() ? Optional.empty()
                : Optional.of(all.stream().filter(name -> !all.containsAll(named) || named.contains(name)).toList());
    }

    /** {@code "auto"} means what leaving a parameter out means. */
    private static Fields withoutAuto(Fields given) {
        ObjectNode kept = given.node().deepCopy();
        kept.removeIf(value -> value.isNull() || value.asText().equals("auto"));
        return given.with(kept);
    }

    private static Optional<Integer> boxed(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    private static Map<String, String> metadata(Fields fields) {
        Map<String, String> metadata = new TreeMap<>();
        fields.raw("metadata").filter(JsonNode::isObject).ifPresent(node ->
                node.properties().forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText())));
        return metadata;
    }

    private Ownership source(Caller caller, String field, String id, boolean allowTainted) {
        Optional<DatasetRecord> dataset = TombstoneRecord.dataset(desk.catalogue(), id);
        Ownership source = dataset
                .map(DatasetRecord::ownership)
                .or(() -> desk.catalogue().get(RecordKind.FILE, id, FileRecord.class).map(FileRecord::ownership))
                .filter(caller::sees)
                .orElseThrow(() -> ApiError.badField(
                        field, "file_not_found", "no file or dataset '" + id + "'"));
        TaintJson.refuse("dataset '" + id + "'", desk.taint().ofDataset(dataset.map(DatasetRecord::id).orElse(id)),
                allowTainted);
        return source;
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 20);
        String after = call.query("after").orElse("");
        return desk.read(() -> Json.ok(JobDesk.list(
                desk.newest(RecordKind.JOB, JobRecord.class, after, limit,
                                job -> isTuning(job) && call.caller().sees(job.ownership()), JobRecord::id)
                        .stream().map(FineTuningRoutes::json).toList(),
                limit)));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            JobRecord job = desk.job(call.caller(), id, FineTuningRoutes::isTuning);
            ObjectNode node = json(job);
            if (!job.state().terminal()) {
                metrics(id, NEWEST_EVENTS).filter(step -> step.has("trained_tokens")).findFirst().ifPresent(step -> node
                        .put("trained_tokens", step.path("trained_tokens").asLong())
                        .set("estimated_finish",
                                job.state() == JobState.RUNNING ? step.get("estimated_finish") : null));
            }
            return Json.ok(node);
        });
    }

    /** Newest first, as OpenAI lists them. */
    private CompletionStage<HttpResponse> events(Call call) {
        String id = call.id("id");
        int limit = call.query("limit", 1, LIMIT_MAX, 20);
        String after = call.query("after").orElse("");
        return desk.read(() -> {
            desk.job(call.caller(), id, FineTuningRoutes::isTuning);
            List<ObjectNode> events = desk.catalogue().events(id, 0, Integer.MAX_VALUE).reversed().stream()
                    .map(event -> json(id, event))
                    .toList();
            int from = 0;
            for (int i = 0; i < events.size() && !after.isEmpty(); i++) {
                from = events.get(i).path("id").asText().equals(after) ? i + 1 : from;
            }
            return Json.ok(JobDesk.list(events.subList(from, Math.min(events.size(), from + limit + 1)), limit));
        });
    }

    private CompletionStage<HttpResponse> checkpoints(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            JobRecord job = desk.job(call.caller(), id, FineTuningRoutes::isTuning);
            JsonNode result = result(job);
            List<ObjectNode> made = new ArrayList<>();
            if (result.path("fine_tuned_model").isTextual()) {
                made.add(CheckpointJson.of(job, result));
            }
            desk.catalogue().newestEvents(id, Integer.MAX_VALUE).stream()
                    .filter(event -> event.detailJson().startsWith("{\"checkpoint_step\""))
                    .forEach(event -> made.add(CheckpointJson.of(job, event)));
            return Json.ok(JobDesk.list(made, LIMIT_MAX));
        });
    }

    /** What a job's newest events told, newest first. */
    private Stream<JsonNode> metrics(String jobId, int events) {
        return desk.catalogue().newestEvents(jobId, events).stream().filter(event -> !event.detailJson().isEmpty())
                .map(event -> Json.parse(event.detailJson().getBytes(StandardCharsets.UTF_8)));
    }

    private CompletionStage<HttpResponse> cancel(Call call) {
        return desk.cancel(call.caller(), call.id("id"), FineTuningRoutes::isTuning)
                .thenApply(job -> Json.ok(json(job)));
    }

    private CompletionStage<HttpResponse> pause(Call call, boolean resume) {
        return desk.pause(call.caller(), call.id("id"), FineTuningRoutes::isTuning, resume)
                .thenApply(job -> Json.ok(json(job)));
    }

    private static boolean isTuning(JobRecord job) {
        return job.kind() == JobKind.TUNE;
    }

    private static JsonNode result(JobRecord job) {
        return job.resultJson().map(text -> Json.parse(text.getBytes(StandardCharsets.UTF_8))).orElse(Json.object());
    }

    private static ObjectNode json(JobRecord job) {
        TuningSpec spec = RecordText.read(job.specJson(), TuningSpec.class);
        String status = switch (job.state()) {
            case QUEUED -> "queued";
            case RUNNING, PAUSING, CANCELLING -> "running";
            case PAUSED -> "paused";
            case SUCCEEDED -> "succeeded";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
        };
        JsonNode result = result(job);
        ObjectNode node = Json.object().put("id", job.id()).put("object", "fine_tuning.job")
                .put("model", spec.model()).put("training_file", spec.trainingId()).put("status", status)
                .put("created_at", job.createdAtMs() / 1000).put("seed", spec.seed())
                .put("organization_id", job.ownership().ownerKeyId()).put("user_provided_suffix", spec.suffix());
        node.put("validation_file", spec.validation().fileId().orElse(null)).putArray("result_files");
        node.set("fine_tuned_model", result.get("fine_tuned_model"));
        node.put("finished_at", job.finishedAtMs().map(ms -> ms / 1000).orElse(null));
        node.putNull("estimated_finish").set("trained_tokens", result.get("trained_tokens"));
        node.set("hyperparameters", HyperparametersJson.of(spec));
        node.set("method", MethodFields.json(spec));
        node.putObject("progress").put("step", job.progress().done()).put("steps", job.progress().total());
        node.set("gate", result.get("gate"));
        job.error().ifPresentOrElse(
                message -> node.putObject("error").put("code", "job_failed").put("message", message).putNull("param"),
                () -> node.putNull("error"));
        ObjectNode metadata = node.putObject("metadata");
        spec.metadata().forEach(metadata::put);
        return node;
    }

    private static ObjectNode json(String jobId, JobEvent event) {
        ObjectNode node = Json.object().put("id", "ftevent-" + jobId + "-" + event.sequence())
                .put("object", "fine_tuning.job.event").put("created_at", event.atMs() / 1000)
                .put("level", event.level()).put("message", event.message())
                .put("type", event.detailJson().isEmpty() ? "message" : "metrics");
        if (!event.detailJson().isEmpty()) {
            node.set("data", Json.parse(event.detailJson().getBytes(StandardCharsets.UTF_8)));
        }
        return node;
    }
}
