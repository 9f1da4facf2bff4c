package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.serving.ServedModel;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/** What can be asked for: {@code /v1/models}. */
public final class ModelRoutes {

    private final House house;
    private final JobDesk desk;

    public ModelRoutes(House house, JobDesk desk) {
        this.house = house;
        this.desk = desk;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/models", Access.KEY, this::list),
                Route.of("GET", "/v1/models/{id}", Access.KEY, this::show),
                Route.of("DELETE", "/v1/models/{id}", Access.KEY, this::delete));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        House.Running running = running();
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            Taint taint = desk.taint();
            running.models().list(call.caller()).forEach(model -> items.add(json(model, taint)));
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        House.Running running = running();
        return desk.read(() -> Json.ok(running.models().find(id, call.caller())
                .map(model -> shown(model, call.caller()))
                .orElseThrow(() -> ApiError.unknownModel(id))));
    }

    private ObjectNode shown(ServedModel model, Caller caller) {
        Taint taint = desk.taint();
        ObjectNode node = json(model, taint);
        model.adapter().flatMap(id -> desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class))
                .filter(adapter -> caller.sees(adapter.ownership()))
                .ifPresent(adapter -> {
                    node.put("name", adapter.name()).put("state", adapter.state().name().toLowerCase(Locale.ROOT));
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
                    .orElseThrow(() -> id.equals(running.parts().modelId())
                            ? ApiError.forbidden("the base model cannot be deleted")
                            : ApiError.unknownModel(id));
            desk.catalogue().update(RecordKind.ADAPTER, adapter.id(), AdapterRecord.class,
                    record -> record.state() == AdapterState.ERASED ? record : record.withState(AdapterState.REMOVED));
            running.parts().model().adapters().remove(adapter.id());
            return Json.ok(Json.object().put("id", id).put("object", "model").put("deleted", true));
        });
    }

    private House.Running running() {
        return house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
    }

    private static ObjectNode json(ServedModel model, Taint taint) {
        return Json.object().put("id", model.id()).put("object", "model").put("created", model.createdSeconds())
                .put("owned_by", model.ownerKeyId()).put("fingerprint", model.fingerprint())
                .put("tainted", model.adapter().filter(id -> !taint.ofAdapter(id).isEmpty()).isPresent());
    }
}
