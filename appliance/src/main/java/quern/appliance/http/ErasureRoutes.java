package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.erase.ErasureProof;
import quern.actors.erase.Erasures;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.kv.journal.ErasureRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;

/**
 * Erasing documents with everything made of them: {@code DELETE /v1/documents/{id}?erase=true}, and what became of it:
 * {@code /v1/erasures}. Whose alone a document is may erase it, and administrators; only these reach into files that
 * others sent.
 */
public final class ErasureRoutes {

    private static final int ACCEPTED = 202;
    private static final int LIMIT_MAX = 1000;

    private final JobDesk desk;
    private final House house;
    private final Erasures erasures;

    public ErasureRoutes(JobDesk desk, House house, Erasures erasures) {
        this.desk = desk;
        this.house = house;
        this.erasures = erasures;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/erasures", Access.KEY, this::list),
                Route.of("GET", "/v1/erasures/{id}", Access.KEY, this::show));
    }

    /** What is asked for with a document's deletion. */
    private record Wish(boolean retrain, boolean everywhere, boolean acceptRemaining, boolean dryRun) {}

    /** Answers {@code DELETE /v1/documents/{id}?erase=true}. */
    CompletionStage<HttpResponse> erase(Call call) {
        DocumentId id = DocumentRoutes.id(call);
        Wish wish = new Wish(
                call.flag("retrain", false), call.flag("everywhere", false), call.flag("accept_remaining", false),
                call.flag("dry_run", false));
        Caller caller = call.caller();
        if (wish.everywhere() && !caller.admin()) {
            throw ApiError.forbidden("only an administrator erases a document from files of other keys too "
                    + "('everywhere')");
        }
        return desk.read(() -> answered(id, wish, caller))
                .thenCompose(answer -> answer.map(CompletableFuture::completedStage)
                        .orElseGet(() -> begin(id, wish, caller)));
    }

    /** The answer where there is nothing to begin. */
    private Optional<HttpResponse> answered(DocumentId id, Wish wish, Caller caller) {
        Optional<Document> document = house.stores().documents().find(id);
        Optional<ErasureRecord> known = erasures.find(id.hex()).filter(record -> caller.sees(record.ownership()));
        if (document.filter(found -> found.visibleTo(caller.keyId(), caller.admin())).isEmpty()) {
            if (known.isEmpty()) {
                throw DocumentRoutes.unknown(id.hex());
            }
            return known.get().done() ? Optional.of(Json.ok(json(known.get(), caller, true))) : Optional.empty();
        }
        boolean own = document.get().owners().stream().allMatch(owner -> caller.sees(owner.ownerKeyId()));
        if (!own) {
            throw ApiError.forbidden("other keys sent document '" + id + "' too; only an administrator erases it");
        }
        if (!wish.dryRun()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.ok(shown(erasures.plan(id, wish.everywhere()), caller)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletionStage<HttpResponse> begin(DocumentId id, Wish wish, Caller caller) {
        return desk.read(() -> {
            ErasureRecord record = erasures.begin(
                    id, wish.retrain(), wish.everywhere(), wish.acceptRemaining(), caller);
            return new Begun(record, erasures.atWork(record));
        }).thenCompose(begun -> begun.job().map(CompletableFuture::completedStage)
                .orElseGet(() -> desk.submit(JobKind.ERASE, Erasures.spec(begun.record()), begun.record().ownership()))
                .thenApply(job -> Json.response(ACCEPTED, Json.object().put("object", "erasure").put("id", id.hex())
                        .put("status", "begun").put("job_id", job.id()).put("retrain", begun.record().retrain())
                        .put("everywhere", begun.record().everywhere()).toString())));
    }

    private record Begun(ErasureRecord record, Optional<JobRecord> job) {}

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 100);
        String after = call.query("after").orElse("");
        return desk.read(() -> Json.ok(JobDesk.list(
                desk.newest(RecordKind.ERASURE, ErasureRecord.class, after, limit,
                                record -> call.caller().sees(record.ownership()), ErasureRecord::documentId)
                        .stream().map(record -> json(record, call.caller(), false)).toList(), limit)));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        DocumentId id = DocumentRoutes.id(call);
        return desk.read(() -> Json.ok(json(erasures.find(id.hex())
                .filter(record -> call.caller().sees(record.ownership()))
                .orElseThrow(() -> ApiError.notFound("erasure_not_found",
                        "no erasure of a document '" + id + "' was asked for")), call.caller(), true)));
    }

    private ObjectNode json(ErasureRecord record, Caller caller, boolean whole) {
        ObjectNode node = Json.object().put("id", record.documentId()).put("object", "erasure")
                .put("status", status(record)).put("job_id", record.jobId())
                .put("retrain", record.retrain()).put("everywhere", record.everywhere())
                .put("created_at", record.begunAtMs() / 1000)
                .put("done_at", record.doneAtMs().map(ms -> ms / 1000).orElse(null))
                .put("proof_sha256", record.proofSha256().orElse(null));
        if (whole && (record.done() || record.incomplete())) {
            Optional<String> proof = ErasureProof.read(house.stores().directory(), record.documentId());
            node.put("proof_sound", proof.map(text ->
                    ErasureProof.sha256(text.getBytes(StandardCharsets.UTF_8)))
                    .equals(record.proofSha256()));
            proof.ifPresent(text -> node.set("proof", shown((ObjectNode) Json.parse(text), caller)));
        }
        return node;
    }

    private static String status(ErasureRecord record) {
        return record.done() ? "done" : record.incomplete() ? "incomplete" : "begun";
    }

    /** Whoever is no administrator learns of what others have only how much it is. */
    private static ObjectNode shown(ObjectNode found, Caller caller) {
        if (!caller.admin()) {
            int others = 0;
            for (JsonNode list : found) {
                if (list instanceof ArrayNode items) {
                    for (int i = items.size() - 1; i >= 0; i--) {
                        JsonNode owner = items.get(i).path("owner");
                        if (owner.isTextual() && !caller.sees(owner.asText())) {
                            items.remove(i);
                            others++;
                        }
                    }
                }
            }
            found.put("of_other_keys", others);
        }
        return found;
    }
}
