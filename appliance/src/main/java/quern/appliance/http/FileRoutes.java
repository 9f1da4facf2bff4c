package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import quern.actors.Caller;
import quern.actors.files.FileStore;
import quern.kv.journal.FileRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;

/** OpenAI's files: {@code /v1/files}. An upload streams to disk; nothing of it is held in memory. */
public final class FileRoutes {

    private static final Set<String> PURPOSES =
            Set.of("fine-tune", "batch", "assistants", "user_data", "evals", "vision");
    private static final int LIMIT_MAX = 10_000;
    private static final int FIELD_BYTES_MAX = 64 * 1024;
    private static final int FIELD_TIMEOUT_MS = 60_000;
    private static final int PARTS_MAX = 16;
    private static final String FILE = "file";

    private final JobDesk desk;
    private final FileStore files;
    private final long uploadBytesMax;

    public FileRoutes(JobDesk desk, FileStore files, long uploadBytesMax) {
        this.desk = desk;
        this.files = files;
        this.uploadBytesMax = uploadBytesMax;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/files", Access.KEY, this::upload),
                Route.of("GET", "/v1/files", Access.KEY, this::list),
                Route.of("GET", "/v1/files/{id}", Access.KEY, this::show),
                Route.of("GET", "/v1/files/{id}/content", Access.KEY, this::content),
                Route.of("DELETE", "/v1/files/{id}", Access.KEY, this::delete));
    }

    private CompletionStage<HttpResponse> upload(Call call) {
        Map<String, String> texts = new HashMap<>();
        Map<String, Path> spooled = new HashMap<>();
        return form(call)
                .thenCompose(form -> form.getParts()
                        .runWith(Sink.foreachAsync(1, part -> take(call, part, texts, spooled)), call.materializer()))
                .thenCompose(done -> desk.read(() -> keep(call.caller(), texts, spooled)))
                .thenApply(file -> Json.ok(json(file)))
                .whenComplete((done, failure) -> spooled.values().forEach(files::discard));
    }

    private CompletionStage<Multipart.FormData> form(Call call) {
        var type = call.request().entity().getContentType().mediaType();
        if (!type.mainType().equals("multipart") || !type.subType().equals("form-data")) {
            throw ApiError.unsupportedMediaType("expected multipart/form-data with the parts 'purpose' and 'file'");
        }
        try {
            return Unmarshaller.entityToMultipartFormData()
                    .unmarshal(call.request().entity().withSizeLimit(uploadBytesMax), call.materializer())
                    .handle((form, failure) -> {
                        if (failure != null) {
                            throw malformed(failure);
                        }
                        return form;
                    });
        } catch (RuntimeException noForm) {
            throw malformed(noForm);
        }
    }

    private RuntimeException malformed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause() : failure;
        return cause instanceof EntityStreamSizeException
                ? ApiError.tooLarge(uploadBytesMax)
                : ApiError.badRequest("malformed_form", "the form cannot be read: " + cause.getMessage());
    }

    private CompletionStage<Void> take(
            Call call, Multipart.FormData.BodyPart part, Map<String, String> texts, Map<String, Path> spooled) {
        String name = part.getName();
        if (texts.containsKey(name) || spooled.containsKey(name) || texts.size() == PARTS_MAX) {
            throw ApiError.badRequest("malformed_form", "the form has a part twice, or more than " + PARTS_MAX);
        }
        if (name.equals(FILE)) {
            Path target = files.spool();
            spooled.put(FILE, target);
            texts.put("filename", part.getFilename().orElse("upload"));
            return part.getEntity().withSizeLimit(uploadBytesMax).getDataBytes()
                    .runWith(FileIO.toPath(target), call.materializer())
                    .thenApply(result -> null);
        }
        return part.getEntity().toStrict(FIELD_TIMEOUT_MS, FIELD_BYTES_MAX, call.materializer()).thenApply(strict -> {
            texts.put(name, strict.getData().utf8String());
            return null;
        });
    }

    private FileRecord keep(Caller caller, Map<String, String> texts, Map<String, Path> spooled) {
        String purpose = texts.get("purpose");
        if (purpose == null || !PURPOSES.contains(purpose)) {
            throw ApiError.badField("purpose", "'purpose' is " + purpose + ", expected one of " + PURPOSES);
        }
        if (!spooled.containsKey(FILE)) {
            throw ApiError.badField(FILE, "the form has no part 'file'");
        }
        return files.keep(spooled.get(FILE), texts.get("filename"), purpose,
                Ownership.of(caller.keyId(), Set.of()));
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 1000);
        String after = call.query("after").orElse("");
        String purpose = call.query("purpose").orElse("");
        return desk.read(() -> Json.ok(JobDesk.list(
                desk.newest(RecordKind.FILE, FileRecord.class, after, limit,
                                file -> call.caller().sees(file.ownership().ownerKeyId())
                                        && (purpose.isEmpty() || file.purpose().equals(purpose)),
                                FileRecord::id)
                        .stream().map(FileRoutes::json).toList(),
                limit)));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        String id = call.id("id");
        return desk.read(() -> Json.ok(json(file(call.caller(), id))));
    }

    private CompletionStage<HttpResponse> content(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            FileRecord file = file(call.caller(), id);
            return HttpResponse.create().withEntity(HttpEntities.create(
                    ContentTypes.APPLICATION_OCTET_STREAM, file.bytes(), FileIO.fromPath(files.path(id))));
        });
    }

    private CompletionStage<HttpResponse> delete(Call call) {
        String id = call.id("id");
        return desk.read(() -> {
            files.delete(file(call.caller(), id).id());
            return Json.ok(Json.object().put("id", id).put("object", "file").put("deleted", true));
        });
    }

    private FileRecord file(Caller caller, String id) {
        return files.find(id)
                .filter(found -> caller.sees(found.ownership().ownerKeyId()))
                .orElseThrow(() -> ApiError.notFound("file_not_found", "no file '" + id + "'"));
    }

    private static ObjectNode json(FileRecord file) {
        return Json.object()
                .put("id", file.id())
                .put("object", "file")
                .put("bytes", file.bytes())
                .put("created_at", file.createdAtMs() / 1000)
                .put("filename", file.name())
                .put("purpose", file.purpose())
                .put("status", "processed");
    }
}
