package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import quern.actors.models.AdapterBundle;
import quern.actors.models.AdapterExport;
import quern.actors.models.AdapterFiles;
import quern.actors.models.AdapterImport;
import quern.actors.models.BundledAdapter;
import quern.actors.models.ModelName;
import quern.actors.models.ModelRefused;
import quern.actors.models.ModelStore;
import quern.actors.models.StagedModel;
import quern.appliance.http.ModelJson;
import quern.config.ApplianceConfig;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

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
        return ask(client -> client.get(ROUTE), owned -> {
            ObjectNode list = ApiClient.JSON.createObjectNode().put("object", "list");
            var items = list.putArray("data");
            owned.store().list().forEach(record -> items.add(json(owned.store(), record)));
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

    Optional<JsonNode> ofFingerprint(String fingerprint) {
        for (JsonNode model : list().path("data")) {
            if (model.path("fingerprint").asText().equals(fingerprint)) {
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
                owned -> json(owned.store(), owned.store().add(staged)));
    }

    JsonNode remove(String name) {
        return ask(client -> client.delete(ROUTE + "/" + ApiClient.quote(name)),
                owned -> ModelJson.removed(owned.store().remove(name, List.of()).name()));
    }

    /** What is done with adapters while their files can be read. */
    @FunctionalInterface
    interface AdapterWork {
        void with(List<BundledAdapter> adapters, List<String> leftOut, AdapterFiles contents) throws IOException;
    }

    /**
     * Reads adapters of a model, in clear.
     *
     * @param names all, or ids and aliases with commas between them
     */
    void withAdapters(String model, String names, boolean allowTainted, AdapterWork work) {
        String allowed = "allow_tainted=" + allowTainted;
        ask(client -> {
            JsonNode chosen = client.get(ROUTE + "/" + ApiClient.quote(model) + "/adapters?names="
                    + ApiClient.quote(names) + "&" + allowed);
            List<BundledAdapter> adapters = new ArrayList<>();
            chosen.path("data").forEach(adapter -> adapters.add(BundledAdapter.of(adapter)));
            List<String> leftOut = new ArrayList<>();
            chosen.path("left_out").forEach(reason -> leftOut.add(reason.asText()));
            return run(work, adapters, leftOut, (adapter, file) -> client.download("/v1/adapters/"
                    + ApiClient.quote(adapter.id()) + "/files/" + file + "?" + allowed));
        }, owned -> {
            var export = new AdapterExport(owned.data(), owned.catalogue(),
                    Taint.of(owned.catalogue(), Quarantine.open(owned.catalogue())));
            ModelRecord record = owned.store().find(model).orElseThrow();
            AdapterExport.Chosen chosen = names.equals("all") ? export.all(record, allowTainted)
                    : export.named(record, Arrays.asList(names.split(",")), allowTainted);
            return run(work, chosen.adapters(), chosen.leftOut(), (adapter, file) ->
                    Files.newInputStream(AdapterExport.path(owned.data(), owned.catalogue().get(
                            RecordKind.ADAPTER, adapter.id(), AdapterRecord.class).orElseThrow(), file)));
        });
    }

    private static Void run(AdapterWork work, List<BundledAdapter> adapters, List<String> leftOut,
            AdapterFiles contents) {
        try {
            work.with(adapters, leftOut, contents);
            return null;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Places the adapters of a bundle; what became of each, in the API's list form. */
    JsonNode place(AdapterBundle adapters, boolean allowTainted) {
        return ask(client -> client.send("/v1/adapters?allow_tainted=" + allowTainted, "application/x-tar",
                BodyPublishers.ofInputStream(() -> opened(adapters))), owned -> {
            var placed = new AdapterImport(owned.data(), owned.catalogue()).place(adapters, new AdapterImport.Order(
                    Ownership.LOCAL, allowTainted, AdapterExport.bases(owned.store().list())::contains, record -> { }));
            return ModelJson.placed(placed);
        });
    }

    private static InputStream opened(AdapterBundle adapters) {
        try {
            return adapters.alone();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static ObjectNode json(ModelStore store, ModelRecord record) {
        return ModelJson.of(record, store.packedBytes(record), store.sharedBytes(record), false, true);
    }

    /** A directory nobody used yet is not made by looking at it. */
    private boolean isUntouched() {
        return !Files.isDirectory(config.data().resolve("catalogue"));
    }

    /** What this process owns while it looks at a directory that no server has. */
    private record Owned(DataDirectory data, Catalogue catalogue, ModelStore store) {}

    private <T> T ask(Function<ApiClient, T> server, Function<Owned, T> alone) {
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
            return alone.apply(new Owned(directory, catalogue, store));
        }
    }
}
