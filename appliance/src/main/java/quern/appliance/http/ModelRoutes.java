package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelHold;
import quern.actors.serving.ServedModel;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/** What can be asked for: {@code /v1/models}. */
public final class ModelRoutes {

    private final House house;
    private final JobDesk desk;
    private final UnloadedModels others;

    public ModelRoutes(House house, JobDesk desk) {
        this.house = house;
        this.desk = desk;
        this.others = new UnloadedModels(house);
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/models", Access.KEY, this::list),
                Route.of("GET", "/v1/models/{id}", Access.KEY, this::show),
                Route.of("POST", "/v1/models/{id}/load", Access.KEY, this::load),
                Route.of("POST", "/v1/models/{id}/unload", Access.ADMIN, this::unload),
                Route.of("DELETE", "/v1/models/{id}", Access.KEY, this::delete));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        House.Running running = running();
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            Taint taint = desk.taint();
            running.models().list(call.caller()).forEach(
                    model -> items.add(ModelStates.addStanding(json(model, taint), running)));
            others.list(call.caller()).forEach(other -> items.add(json(other, taint)));
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        House.Running running = running();
        return desk.read(() -> Json.ok(running.models().find(id, call.caller())
                .map(model -> shown(ModelStates.addStanding(json(model, desk.taint()), running), model, call.caller()))
                .or(() -> others.find(id, call.caller()).map(other ->
                        shown(json(other, desk.taint()), other.model(), call.caller())))
                .orElseThrow(() -> ApiError.unknownModel(id))));
    }

    private ObjectNode json(UnloadedModels.Other other, Taint taint) {
        return ModelStates.add(json(other.model(), taint), house.fleet().status(other.base().name()),
                house.names().memoryBytes(other.base()));
    }

    /** Loads it, or says that it is being loaded. */
    private CompletionStage<HttpResponse> load(Call call) {
        String id = call.id("id");
        return call.jsonOrEmpty().thenCompose(fields -> {
            Optional<Duration> keepAlive = Arrival.keepAlive(fields);
            boolean waits = fields.flag("wait", true);
            fields.refuseOthers();
            Optional<String> base = base(id, call.caller());
            if (base.isEmpty()) {
                return CompletableFuture.completedFuture(Json.ok(state(running().name())));
            }
            var answer = new CompletableFuture<ModelFleet.Reply>();
            house.captain().tell(new ModelFleet.Acquire(base.get(), ModelFleet.Use.REQUEST, keepAlive,
                    waits ? house.config().models().loadWait() : Duration.ZERO, answer::complete));
            return answer.thenApply(reply -> switch (reply) {
                case ModelFleet.Held(ModelHold hold) -> {
                    hold.close();
                    yield Json.ok(state(base.get()).put("state", "loaded"));
                }
                case ModelFleet.Loading loading -> Json.response(202, state(base.get()).put("state", "loading")
                        .put("stage", loading.message()).toString()).addHeader(
                        RawHeader.create("Retry-After", Integer.toString(loading.retrySeconds())));
                case ModelFleet.Failed(String reason, int seconds) ->
                    throw ApiError.unavailable(ApiError.MODEL_FAILED, reason, seconds);
                case ModelFleet.Unknown unknown -> throw ApiError.unknownModel(id);
            });
        });
    }

    private CompletionStage<HttpResponse> unload(Call call) {
        String id = call.id("id");
        return call.jsonOrEmpty().thenCompose(fields -> {
            fields.refuseOthers();
            String base = base(id, call.caller()).orElseThrow(() -> ApiError.conflict(
                    "model '" + running().name() + "' is served from the start (engine.model) and stays"));
            return unload(house, base).thenApply(gone -> {
                ObjectNode freed = state(base).put("state", "available");
                freed.remove("stage");
                return Json.ok(freed);
            });
        });
    }

    /** Unloads a model unless it is in use. Fails as a conflict with the reason where it is. */
    static CompletionStage<String> unload(House house, String base) {
        var answer = new CompletableFuture<ModelFleet.UnloadReply>();
        house.captain().tell(new ModelFleet.Unload(base, answer::complete));
        return answer.thenApply(reply -> switch (reply) {
            case ModelFleet.Unloaded(String model) -> model;
            case ModelFleet.InUse(String reason) -> throw ApiError.conflict(reason);
            case ModelFleet.NotThere(String model) -> throw ApiError.unknownModel(model);
        });
    }

    /** The imported model behind a name; empty for what is served from the start. */
    private Optional<String> base(String id, Caller caller) {
        return running().models().find(id, caller).isPresent() ? Optional.empty()
                : Optional.of(house.names().base(id, caller).orElseThrow(() -> ApiError.unknownModel(id)).name());
    }

    private ObjectNode state(String base) {
        ObjectNode node = Json.object().put("id", base).put("object", "model");
        return running().name().equals(base) ? ModelStates.addStanding(node, running())
                : ModelStates.add(node, house.fleet().status(base), 0);
    }

    private ObjectNode shown(ObjectNode node, ServedModel model, Caller caller) {
        Taint taint = desk.taint();
        model.adapter().flatMap(id -> desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class))
                .filter(adapter -> caller.sees(adapter.ownership()))
                .ifPresent(adapter -> {
                    node.put("name", adapter.name())
                            .put("adapter_state", adapter.state().name().toLowerCase(Locale.ROOT));
                    TaintJson.addDocuments(node, taint.ofAdapter(adapter.id()));
                    node.put("dataset_id", adapter.datasetId()).put("job_id", adapter.jobId());
                    node.set("gate", adapter.gateJson().map(Json::parse).orElse(null));
                    adapter.ownership().labels().forEach(node.putArray("labels")::add);
                });
        return node;
    }

    /** The adapter is not served any more; its record and files stay for lineage. The base model cannot go. */
    private CompletionStage<HttpResponse> delete(Call call) {
        String id = call.id("id");
        House.Running running = running();
        return desk.read(() -> {
            AdapterRecord adapter = desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class)
                    .filter(found -> call.caller().sees(found.ownership()))
                    .orElseThrow(() -> id.equals(running.name()) || house.names().find(id).isPresent()
                            ? ApiError.forbidden("the base model cannot be deleted; 'quern rm' removes an import")
                            : ApiError.unknownModel(id));
            desk.catalogue().update(RecordKind.ADAPTER, adapter.id(), AdapterRecord.class,
                    record -> record.state() == AdapterState.ERASED ? record : record.withState(AdapterState.REMOVED));
            house.each(one -> one.parts().model().adapters().remove(adapter.id()));
            return Json.ok(Json.object().put("id", id).put("object", "model").put("deleted", true));
        });
    }

    private House.Running running() {
        return house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
    }

    private static ObjectNode json(ServedModel model, Taint taint) {
        return Json.object().put("id", model.id()).put("object", "model").put("created", model.createdSeconds())
                .put("base", model.adapter().isEmpty() && model.ownerKeyId().equals(ServedModel.OWNER_QUERN))
                .put("owned_by", model.ownerKeyId()).put("fingerprint", model.fingerprint())
                .put("tainted", model.adapter().filter(id -> !taint.ofAdapter(id).isEmpty()).isPresent());
    }
}
