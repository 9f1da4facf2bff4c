package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.files.FileStore;
import quern.actors.fleet.ModelHold;
import quern.actors.models.ForeignAdapter;
import quern.actors.serving.AdapterShelf;
import quern.kv.journal.AdapterRecord;

/**
 * An adapter of PEFT's that was tuned elsewhere, as a form: files {@code config} and {@code weights}, {@code name}, the
 * {@code base} it was tuned on if its files do not say so, {@code publish}. It answers to its id at once.
 */
final class AdapterUpload {

    private static final Set<String> FILES = Set.of("config", "weights");
    private static final Set<String> TEXTS = Set.of("name", "base", "publish");

    private final AliasRoutes aliases;
    private final JobDesk desk;
    private final House house;
    private final FileStore files;
    private final long uploadBytesMax;

    AdapterUpload(AliasRoutes aliases, JobDesk desk, House house, FileStore files, long uploadBytesMax) {
        this.aliases = aliases;
        this.desk = desk;
        this.house = house;
        this.files = files;
        this.uploadBytesMax = uploadBytesMax;
    }

    CompletionStage<HttpResponse> take(Call call) {
        return MultipartForm.read(call, files, FILES, uploadBytesMax, form -> {
            form.refuseOthers(TEXTS);
            String name = form.text("name").orElseThrow(
                    () -> ApiError.badField("name", "the form has no part 'name'"));
            boolean publish = form.flag("publish");
            if (publish) {
                aliases.requireFree(call.caller(), name);
            }
            Optional<String> base = form.text("base");
            var order = new ForeignAdapter.Order(call.caller(), name, form.file("config"), form.file("weights"),
                    base.isPresent(), house.config().adapters().memory().bytes());
            return house.hold(model(base)).thenCompose(hold -> desk.read(() -> {
                try (hold) {
                    return Json.ok(place(order, hold, call.caller(), publish));
                }
            }));
        });
    }

    /** Name of the model it is for, which is loaded for it. */
    private String model(Optional<String> base) {
        House.Running standing = house.running().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
        if (base.isEmpty() || base.get().equals(standing.name())) {
            if (!standing.parts().generates()) {
                throw ApiError.conflict("no model that generates is served; name the adapter's base ('base')");
            }
            return standing.name();
        }
        return house.names().find(base.get()).orElseThrow(() -> ApiError.unknownModel(base.get())).name();
    }

    private ObjectNode place(ForeignAdapter.Order order, ModelHold hold, Caller caller, boolean publish) {
        var model = hold.running().parts().model();
        ForeignAdapter.Placed placed = AdapterFileRoutes.answered(() ->
                new ForeignAdapter(house.stores().directory(), desk.catalogue())
                        .place(order, model, hold.running().name()));
        AdapterRecord record = placed.record();
        new AdapterShelf(model, house.stores()).serve(record);
        ObjectNode node = Json.object().put("id", record.id()).put("object", "adapter").put("name", record.name())
                .put("state", record.state().name().toLowerCase(Locale.ROOT)).put("added", placed.added())
                .put("base", hold.running().name()).put("base_model_name_or_path", placed.baseName())
                .put("fingerprint", record.fingerprint());
        if (publish) {
            node.set("alias", aliases.publish(caller, record.name(), record.id(), false));
        }
        return node;
    }
}
