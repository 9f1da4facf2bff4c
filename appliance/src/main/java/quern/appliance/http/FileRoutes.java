package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.FileIO;
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
        return MultipartForm.read(call, files, Set.of(FILE), uploadBytesMax,
                form -> desk.read(() -> Json.ok(json(keep(call.caller(), form)))));
    }

    private FileRecord keep(Caller caller, MultipartForm form) {
        String purpose = form.text("purpose").orElse(null);
        if (purpose == null || !PURPOSES.contains(purpose)) {
            throw ApiError.badField("purpose", "'purpose' is " + purpose + ", expected one of " + PURPOSES);
        }
        return files.keep(form.file(FILE), form.filename(FILE), purpose, Ownership.of(caller.keyId(), Set.of()));
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
