package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.House;
import quern.actors.models.ModelRefused;
import quern.actors.models.ModelStore;
import quern.kv.journal.ModelRecord;

/**
 * Imported models: {@code /v1/catalogue/models}. Files never travel here: whoever imports stages them in the data
 * directory and has them added. Paths are shown to administrators only.
 */
public final class ImportedModelRoutes {

    private final House house;
    private final JobDesk desk;
    private final ModelStore store;

    public ImportedModelRoutes(House house, JobDesk desk) {
        this.house = house;
        this.desk = desk;
        this.store = new ModelStore(
                house.stores().directory().root(), desk.catalogue(), house.config().start());
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/catalogue/models", Access.KEY, this::list),
                Route.of("GET", "/v1/catalogue/models/{name}", Access.KEY, this::show),
                Route.of("POST", "/v1/catalogue/models", Access.ADMIN, this::add),
                Route.of("DELETE", "/v1/catalogue/models/{name}", Access.ADMIN, this::remove));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            store.list().forEach(record -> items.add(json(record, call)));
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String name = call.id("name");
        return desk.read(() -> Json.ok(store.find(name).map(record -> json(record, call))
                .orElseThrow(() -> ApiError.unknownModel(name))));
    }

    private CompletionStage<HttpResponse> add(Call call) {
        return call.json().thenCompose(fields -> {
            var staged = ModelJson.staged(fields);
            return desk.read(() -> Json.ok(json(answered(() -> store.add(staged)), call)));
        });
    }

    private CompletionStage<HttpResponse> remove(Call call) {
        String name = call.id("name");
        CompletionStage<?> unloaded = house.names().find(name).isPresent()
                ? ModelRoutes.unload(house, name) : CompletableFuture.completedStage(name);
        return unloaded.thenCompose(gone -> desk.read(() -> Json.ok(
                ModelJson.removed(answered(() -> store.remove(name, served())).name()))));
    }

    private static ModelRecord answered(Supplier<ModelRecord> change) {
        try {
            return change.get();
        } catch (ModelRefused refused) {
            throw error(refused);
        }
    }

    static ApiError error(ModelRefused refused) {
        return switch (refused.reason()) {
            case UNKNOWN -> ApiError.notFound("model_not_found", refused.getMessage());
            case TAKEN, IN_USE -> ApiError.conflict(refused.getMessage());
            case INVALID, MISMATCH, NO_SPACE -> ApiError.badRequest("invalid_model", refused.getMessage());
        };
    }

    private ObjectNode json(ModelRecord record, Call call) {
        boolean inUse = served().stream().anyMatch(path -> path.toString().equals(record.path()))
                || house.fleet().loaded(record.name()).isPresent();
        return ModelJson.of(record, store.packedBytes(record), store.sharedBytes(record), inUse, call.caller().admin());
    }

    /** Also while they are still loading: their files are being read then. */
    private List<Path> served() {
        var engine = house.config().engine();
        return Stream.concat(engine.model().stream(), engine.embeddingModel().stream())
                .map(path -> path.toAbsolutePath().normalize()).toList();
    }
}
