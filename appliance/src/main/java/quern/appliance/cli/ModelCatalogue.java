package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import quern.actors.models.ModelName;
import quern.actors.models.ModelRefused;
import quern.actors.models.ModelStore;
import quern.actors.models.StagedModel;
import quern.appliance.http.ModelJson;
import quern.config.ApplianceConfig;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;

/**
 * The imported models of a data directory: asked of the server that owns it, or read by this process while nobody
 * does. No model is loaded for it.
 */
record ModelCatalogue(ApplianceConfig config) {

    private static final String ROUTE = "/v1/catalogue/models";

    /** All, in the API's list form. */
    JsonNode list() {
        if (isUntouched()) {
            ObjectNode none = ApiClient.JSON.createObjectNode().put("object", "list");
            none.putArray("data");
            return none;
        }
        return ask(client -> client.get(ROUTE), store -> {
            ObjectNode list = ApiClient.JSON.createObjectNode().put("object", "list");
            var items = list.putArray("data");
            store.list().forEach(record -> items.add(json(store, record)));
            return list;
        });
    }

    Optional<JsonNode> find(String name) {
        if (!ModelName.isPlain(name) || isUntouched()) {
            return Optional.empty();
        }
        for (JsonNode model : list().path("data")) {
            if (model.path("name").asText().equals(name)) {
                return Optional.of(model);
            }
        }
        return Optional.empty();
    }

    /** @throws ModelRefused if there is a model of the name */
    void requireFree(String name) {
        if (find(name).isPresent()) {
            throw new ModelRefused(ModelRefused.Reason.TAKEN, "there is a model '" + name
                    + "' already; give another name or remove it first with 'quern rm " + name + "'");
        }
    }

    JsonNode add(StagedModel staged) {
        return ask(client -> client.post(ROUTE, ModelJson.of(staged)),
                store -> json(store, store.add(staged)));
    }

    JsonNode remove(String name) {
        return ask(client -> client.delete(ROUTE + "/" + ApiClient.quote(name)),
                store -> ModelJson.removed(store.remove(name, List.of()).name()));
    }

    private static ObjectNode json(ModelStore store, ModelRecord record) {
        return ModelJson.of(record, store.packedBytes(record), false, true);
    }

    /** A directory nobody used yet is not made by looking at it. */
    private boolean isUntouched() {
        return !Files.isDirectory(config.data().resolve("catalogue"));
    }

    private JsonNode ask(Function<ApiClient, JsonNode> server, Function<ModelStore, JsonNode> alone) {
        Optional<Session> live = Session.running(config);
        if (live.isPresent()) {
            try (Session session = live.get()) {
                return server.apply(session.client());
            }
        }
        try (DataDirectory directory = DataDirectory.open(config.data(), config.encryption(), System.getenv());
                Catalogue catalogue = Catalogue.open(directory.catalogue(), config.jobs().eventsPerJobMax(),
                        directory.vault())) {
            ModelStore store = new ModelStore(directory.root(), catalogue, config.start());
            store.sweep();
            return alone.apply(store);
        }
    }
}
