package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.models.AdapterExport;
import quern.actors.serving.AdapterShelf;
import quern.actors.serving.AdapterShelf.Form;
import quern.actors.tuning.CompressionSpec;
import quern.actors.tuning.TuningSpec;
import quern.inference.AdapterRegistry;
import quern.inference.LoadedAdapter;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/** Adapters as what they are: their form, their size, whether they are in memory; and making one smaller. */
public final class AdapterRoutes {

    private static final int LIMIT_MAX = 1000;

    private final JobDesk desk;
    private final House house;

    public AdapterRoutes(JobDesk desk, House house) {
        this.desk = desk;
        this.house = house;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/adapters", Access.KEY, this::list),
                Route.of("GET", "/v1/adapters/{id}", Access.KEY, this::show),
                Route.of("POST", "/v1/adapters/{id}/compress", Access.KEY, this::compress));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 100);
        String after = call.query("after").orElse("");
        return desk.read(() -> {
            Taint taint = desk.taint();
            ObjectNode body = JobDesk.list(desk.newest(RecordKind.ADAPTER, AdapterRecord.class, after, limit,
                            adapter -> call.caller().sees(adapter.ownership()), AdapterRecord::id)
                    .stream().map(adapter -> json(adapter, taint)).toList(), limit);
            addMemory(body);
            return Json.ok(body);
        });
    }

    /** Of all models together, as the budget is. */
    private void addMemory(ObjectNode body) {
        List<AdapterRegistry.Stats> all = house.all().stream()
                .map(running -> running.parts().model().adapters().stats()).toList();
        if (!all.isEmpty()) {
            body.putObject("memory").put("resident", all.stream().mapToInt(AdapterRegistry.Stats::resident).sum())
                    .put("bytes", all.stream().mapToLong(AdapterRegistry.Stats::residentBytes).sum())
                    .put("budget_bytes", all.getFirst().budgetBytes())
                    .put("loads", all.stream().mapToLong(AdapterRegistry.Stats::loads).sum())
                    .put("evictions", all.stream().mapToLong(AdapterRegistry.Stats::evictions).sum());
        }
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            AdapterRecord adapter = find(id, call.caller());
            ObjectNode node = json(adapter, desk.taint());
            node.set("gate", adapter.gateJson().map(Json::parse).orElse(null));
            JsonNode origin = AdapterExport.origin(house.stores().directory(), adapter);
            if (!origin.isEmpty()) {
                node.set("imported_from", origin);
            }
            return Json.ok(node);
        });
    }

    /** By its own id, or by an alias that points to it. */
    AdapterRecord find(String name, Caller caller) {
        Optional<String> aliased = AliasRecord.named(desk.catalogue(), name)
                .filter(alias -> caller.sees(alias.ownership())).flatMap(AliasRecord::current);
        return desk.catalogue().get(RecordKind.ADAPTER, aliased.orElse(name), AdapterRecord.class)
                .filter(adapter -> caller.sees(adapter.ownership()))
                .orElseThrow(() -> ApiError.notFound("adapter_not_found", "no adapter '" + name + "'"));
    }

    private CompletionStage<HttpResponse> compress(Call call) {
        String name = call.id("id");
        return call.jsonOrEmpty().thenCompose(fields -> {
            Optional<Double> density = density(fields);
            double lossIncreaseMax = fields.number("loss_increase_max", 0, 100)
                    .orElse(house.config().adapters().lossIncreaseMax());
            int epochs = fields.integer("epochs", 0, 10_000).orElse(house.config().adapters().compressionEpochs());
            boolean allowTainted = fields.flag("allow_tainted", false);
            fields.refuseOthers();
            return desk.read(() -> compressible(name, call.caller(), allowTainted))
                    .thenCompose(adapter -> desk.submit(JobKind.COMPRESS,
                            RecordText.write(new CompressionSpec(
                                    adapter.id(), density, lossIncreaseMax, epochs, allowTainted)),
                            Ownership.union(call.caller().keyId(), List.of(adapter.ownership()))))
                    .thenApply(job -> Json.ok(JobRoutes.json(job)));
        });
    }

    private static Optional<Double> density(Fields fields) {
        if (fields.raw("density").filter(value -> value.asText().equals("auto") || value.isNull()).isPresent()) {
            fields.accept("density");
            return Optional.empty();
        }
        return fields.number("density", 1e-4, 1);
    }

    private AdapterRecord compressible(String name, Caller caller, boolean allowTainted) {
        AdapterRecord adapter = usable(name, caller);
        if (form(adapter) == Form.TERNARY) {
            throw ApiError.conflict("adapter '" + adapter.id() + "' is compressed already"
                    + origin(adapter).map(from -> "; it was made of '" + from + "'").orElse(""));
        }
        JobRecord job = desk.catalogue().get(RecordKind.JOB, adapter.jobId(), JobRecord.class)
                .filter(made -> made.kind() == JobKind.TUNE).orElseThrow(() -> ApiError.conflict("adapter '"
                        + adapter.id() + "' was tuned elsewhere, or merged: there are no samples here to measure by"
                        + " what compressing it costs"));
        if (RecordText.read(job.specJson(), TuningSpec.class).dora()) {
            throw ApiError.conflict("adapter '" + adapter.id() + "' is DoRA: its compressed form would have no place"
                    + " for magnitudes, expected one of LoRA");
        }
        TaintJson.refuse("adapter '" + adapter.id() + "'", desk.taint().ofAdapter(adapter.id()), allowTainted);
        return adapter;
    }

    /** One of which others may be made, of a model that is here. */
    AdapterRecord usable(String name, Caller caller) {
        AdapterRecord adapter = find(name, caller);
        var model = house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1)).parts().model();
        if (!adapter.baseFingerprint().equals(model.fingerprint())
                && house.names().ofFingerprint(adapter.baseFingerprint()).isEmpty()) {
            throw ApiError.conflict("adapter '" + adapter.id() + "' belongs to base " + adapter.baseFingerprint()
                    + ", the loaded base is " + model.fingerprint());
        }
        adapter.unfit().ifPresent(why -> {
            throw ApiError.conflict("adapter '" + adapter.id() + "' " + why);
        });
        return adapter;
    }

    private Path directory(AdapterRecord adapter) {
        return house.stores().directory().resolve(adapter.path());
    }

    private Form form(AdapterRecord adapter) {
        return AdapterShelf.form(directory(adapter));
    }

    private Optional<String> origin(AdapterRecord adapter) {
        return parents(adapter, "compressed").findFirst();
    }

    private Stream<String> parents(AdapterRecord adapter, String role) {
        return StreamSupport.stream(
                        desk.catalogue().edgesTo(RecordKind.ADAPTER, adapter.id()).spliterator(), false)
                .filter(edge -> edge.role().equals(role)).map(Edge::fromId);
    }

    private ObjectNode json(AdapterRecord adapter, Taint taint) {
        ObjectNode node = Json.object().put("id", adapter.id()).put("object", "adapter").put("name", adapter.name())
                .put("state", adapter.state().name().toLowerCase(Locale.ROOT))
                .put("form", form(adapter).name().toLowerCase(Locale.ROOT))
                .put("bytes", AdapterShelf.bytes(directory(adapter)));
        house.loadedBase(adapter.baseFingerprint()).or(house::running)
                .map(running -> running.parts().model().adapters()).ifPresent(adapters -> node
                .put("served", adapters.find(adapter.id()).isPresent())
                .put("resident", adapters.find(adapter.id()).filter(LoadedAdapter::resident).isPresent())
                .put("memory_bytes", adapters.residentBytes(adapter.id())));
        node.put("compressed_from", origin(adapter).orElse(null));
        parents(adapter, "merged").forEach(node.withArray("/merged_from")::add);
        return node.put("fingerprint", adapter.fingerprint()).put("base_fingerprint", adapter.baseFingerprint())
                .put("tainted", new AdapterExport(house.stores().directory(), desk.catalogue(), taint)
                        .isTainted(adapter))
                .put("created_at", adapter.createdAtMs() / 1000);
    }
}
