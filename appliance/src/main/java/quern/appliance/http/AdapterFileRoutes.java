package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.javadsl.FileIO;
import quern.actors.House;
import quern.actors.files.FileStore;
import quern.actors.models.AdapterBundle;
import quern.actors.models.AdapterExport;
import quern.actors.models.AdapterImport;
import quern.actors.models.ModelRefused;
import quern.actors.models.ModelStore;
import quern.actors.serving.AdapterShelf;
import quern.actors.serving.AdapterShelf.Form;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.ModelRecord;

/**
 * Adapters that leave and come: what a bundle says of a model's adapters, their files in clear, as they are kept or as
 * PEFT reads them, and bundles of adapters and adapters of PEFT's taken in.
 */
public final class AdapterFileRoutes {

    private static final List<String> FORMS = List.of("stored", "peft");

    private final AdapterRoutes adapters;
    private final JobDesk desk;
    private final House house;
    private final FileStore files;
    private final long uploadBytesMax;
    private final ModelStore models;
    private final AdapterUpload upload;

    /** @param files where uploads are spooled, sealed */
    public AdapterFileRoutes(AdapterRoutes adapters, AliasRoutes aliases, JobDesk desk, House house, FileStore files,
            long uploadBytesMax) {
        this.upload = new AdapterUpload(aliases, desk, house, files, uploadBytesMax);
        this.adapters = adapters;
        this.desk = desk;
        this.house = house;
        this.files = files;
        this.uploadBytesMax = uploadBytesMax;
        this.models = new ModelStore(
                house.stores().directory().root(), desk.catalogue(), house.config().start());
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/catalogue/models/{name}/adapters", Access.ADMIN, this::choose),
                Route.of("GET", "/v1/adapters/{id}/files/{file}", Access.KEY, this::file),
                Route.of("POST", "/v1/adapters", Access.ADMIN, this::take));
    }

    private AdapterExport export() {
        return new AdapterExport(house.stores().directory(), desk.catalogue(), desk.taint());
    }

    /** {@code names}: all, or ids and aliases with commas between them. */
    private CompletionStage<HttpResponse> choose(Call call) {
        String name = call.id("name");
        String names = call.query("names").orElse("all");
        boolean allowTainted = call.flag("allow_tainted", false);
        return desk.read(() -> answered(() -> {
            ModelRecord model = models.find(name).orElseThrow(() -> ApiError.unknownModel(name));
            AdapterExport.Chosen chosen = names.equals("all") ? export().all(model, allowTainted)
                    : export().named(model, Arrays.asList(names.split(",")), allowTainted);
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            chosen.adapters().forEach(adapter -> items.add(adapter.toJson()));
            chosen.leftOut().forEach(body.putArray("left_out")::add);
            return Json.ok(body);
        }));
    }

    private CompletionStage<HttpResponse> file(Call call) {
        String id = call.id("id");
        String file = call.id("file");
        boolean allowTainted = call.flag("allow_tainted", false);
        String form = call.query("form").orElse("stored");
        if (!FORMS.contains(form)) {
            throw ApiError.badField("form", "'form' is '" + form + "', expected one of " + FORMS);
        }
        return desk.read(() -> answered(() -> {
            AdapterRecord adapter = adapters.find(id, call.caller());
            export().require(adapter, allowTainted);
            return adapter;
        })).thenCompose(adapter -> form.equals("peft") && isTernary(adapter)
                ? expanded(adapter, file) : desk.read(() -> stored(adapter, file)));
    }

    private boolean isTernary(AdapterRecord adapter) {
        return AdapterShelf.form(house.stores().directory().resolve(adapter.path())) == Form.TERNARY;
    }

    private HttpResponse stored(AdapterRecord adapter, String file) {
        return answered(() -> {
            Path path = AdapterExport.path(house.stores().directory(), adapter, file);
            try {
                return HttpResponse.create().withEntity(HttpEntities.create(
                        ContentTypes.APPLICATION_OCTET_STREAM, Files.size(path), FileIO.fromPath(path)));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(path + " cannot be read", unreadable);
            }
        });
    }

    /** Needs the base, which is loaded for it where it is not. */
    private CompletionStage<HttpResponse> expanded(AdapterRecord adapter, String file) {
        return house.holdBase(adapter.baseFingerprint()).thenCompose(hold -> desk.read(() -> {
            try (hold) {
                byte[] bytes = new AdapterShelf(hold.running().parts().model(), house.stores()).peft(adapter).get(file);
                if (bytes == null) {
                    throw ApiError.notFound("file_not_found",
                            "an adapter as PEFT reads it has no file '" + file + "'");
                }
                return HttpResponse.create().withEntity(
                        HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, bytes));
            }
        }));
    }

    /** The body is a form with an adapter of PEFT's, or a bundle; of its model nothing is taken. */
    private CompletionStage<HttpResponse> take(Call call) {
        if (MultipartForm.is(call)) {
            return upload.take(call);
        }
        boolean allowTainted = call.flag("allow_tainted", false);
        Path spooled = files.spool();
        return call.request().entity().withSizeLimit(uploadBytesMax).getDataBytes()
                .runWith(FileIO.toPath(spooled), call.materializer())
                .handle((written, failure) -> {
                    if (failure != null) {
                        throw named(failure);
                    }
                    return written;
                })
                .thenCompose(written -> desk.read(() -> answered(
                        () -> place(spooled, call.caller().keyId(), allowTainted))))
                .whenComplete((reply, failure) -> files.discard(spooled));
    }

    private RuntimeException named(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause() : failure;
        return cause instanceof EntityStreamSizeException ? ApiError.tooLarge(uploadBytesMax)
                : ApiError.badRequest("broken_upload", "the body broke off: " + cause.getMessage());
    }

    private HttpResponse place(Path spooled, String owner, boolean allowTainted) {
        try {
            List<AdapterImport.Placed> placed = new AdapterImport(house.stores().directory(), desk.catalogue())
                    .place(AdapterBundle.open(spooled), new AdapterImport.Order(
                            owner, allowTainted, this::isBase, this::prove));
            placed.stream().filter(AdapterImport.Placed::added).forEach(this::serve);
            return Json.ok(ModelJson.placed(placed));
        } catch (IOException failed) {
            throw new UncheckedIOException("the body cannot be read", failed);
        }
    }

    private boolean isBase(String fingerprint) {
        return AdapterExport.bases(models.list()).contains(fingerprint)
                || house.loadedBase(fingerprint).isPresent();
    }

    /** Where its base is loaded, its files are read; where it is not, that happens when it is. */
    private void prove(AdapterRecord adapter) {
        withBase(adapter, shelf -> shelf.read(adapter));
    }

    private void serve(AdapterImport.Placed placed) {
        withBase(placed.record(), shelf -> shelf.serve(placed.record()));
    }

    private void withBase(AdapterRecord adapter, Consumer<AdapterShelf> work) {
        house.each(running -> {
            if (running.parts().model().fingerprint().equals(adapter.baseFingerprint())) {
                work.accept(new AdapterShelf(running.parts().model(), house.stores()));
            }
        });
    }

    static <T> T answered(Supplier<T> work) {
        try {
            return work.get();
        } catch (ModelRefused refused) {
            throw ImportedModelRoutes.error(refused);
        }
    }
}
