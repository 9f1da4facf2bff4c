package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.actors.Stores;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.ErasureRecord;
import quern.kv.journal.QuarantineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/**
 * Documents that no run may use, and what was made of a document: {@code /v1/documents/{id}/quarantine},
 * {@code /release}, {@code /impact}. Whose alone a document is may put it into quarantine; only administrators let one
 * out, so that nobody releases what was held for being theirs.
 */
public final class QuarantineRoutes {

    private static final int REASON_CHARS_MAX = 1000;

    private final JobDesk desk;
    private final Stores stores;
    private final int documentsMax;

    /** @param documentsMax in quarantine, removed ones too; one more is refused */
    public QuarantineRoutes(JobDesk desk, Stores stores, int documentsMax) {
        this.desk = desk;
        this.stores = stores;
        this.documentsMax = documentsMax;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/documents/{id}/quarantine", Access.KEY, this::quarantine),
                Route.of("POST", "/v1/documents/{id}/release", Access.KEY, this::release),
                Route.of("GET", "/v1/documents/{id}/impact", Access.KEY, this::impact));
    }

    private CompletionStage<HttpResponse> quarantine(Call call) {
        DocumentId id = DocumentRoutes.id(call);
        return call.jsonOrEmpty().thenCompose(fields -> {
            String reason = fields.text("reason").orElse("");
            fields.refuseOthers();
            if (reason.length() > REASON_CHARS_MAX) {
                throw fields.invalid("reason", "has " + reason.length() + " characters, at most " + REASON_CHARS_MAX);
            }
            return desk.read(() -> {
                Caller caller = call.caller();
                Document document = DocumentRoutes.document(stores, caller, id);
                boolean own = document.owners().stream().allMatch(owner -> caller.sees(owner.ownerKeyId()));
                if (!own) {
                    throw ApiError.forbidden("other keys sent document '" + id + "' too; only an administrator puts "
                            + "it into quarantine");
                }
                if (!desk.quarantine().contains(id.hex()) && desk.quarantine().size() >= documentsMax) {
                    throw ApiError.of(422, "quarantine_full", desk.quarantine().size() + " documents are in "
                            + "quarantine, removed ones too, at most " + documentsMax + " (ingest.documents-max)");
                }
                desk.quarantine().add(List.of(new QuarantineRecord(
                        id.hex(), reason, false, caller.keyId(), System.currentTimeMillis())));
                ObjectNode body = DocumentRoutes.json(document, desk.quarantine());
                body.set("impact", impact(caller, id.hex()));
                return Json.ok(body);
            });
        });
    }

    private CompletionStage<HttpResponse> release(Call call) {
        DocumentId id = DocumentRoutes.id(call);
        return call.jsonOrEmpty().thenCompose(fields -> {
            fields.refuseOthers();
            return desk.read(() -> {
                Optional<Document> document = stores.documents().find(id)
                        .filter(found -> found.visibleTo(call.caller().keyId(), call.caller().admin()));
                boolean known = document.isPresent() || call.caller().admin() && desk.quarantine().contains(id.hex());
                if (!known) {
                    throw DocumentRoutes.unknown(id.hex());
                }
                if (!call.caller().admin()) {
                    throw ApiError.forbidden("only an administrator releases documents from quarantine");
                }
                boolean erased = desk.catalogue().get(RecordKind.ERASURE, id.hex(), ErasureRecord.class)
                        .filter(erasure -> !erasure.done()).isPresent();
                if (erased) {
                    throw ApiError.conflict("document '" + id + "' is being erased");
                }
                boolean released = desk.quarantine().release(Set.of(id.hex())) > 0;
                ObjectNode body = document.map(found -> DocumentRoutes.json(found, desk.quarantine()))
                        .orElseGet(() -> Json.object().put("id", id.hex()).put("object", "document")
                                .put("quarantined", false));
                return Json.ok(body.put("released", released));
            });
        });
    }

    /** Of a document that was removed too, as long as lineage knows it. */
    private CompletionStage<HttpResponse> impact(Call call) {
        DocumentId id = DocumentRoutes.id(call);
        return desk.read(() -> {
            boolean known = stores.documents().find(id)
                    .filter(found -> found.visibleTo(call.caller().keyId(), call.caller().admin())).isPresent();
            boolean past = call.caller().admin() && (desk.quarantine().contains(id.hex())
                    || desk.catalogue().edgesFrom(RecordKind.DOCUMENT, id.hex()).iterator().hasNext());
            if (!known && !past) {
                throw DocumentRoutes.unknown(id.hex());
            }
            return Json.ok(Json.object().put("id", id.hex()).put("object", "document.impact")
                    .put("in_journal", known).put("quarantined", desk.quarantine().contains(id.hex()))
                    .setAll(impact(call.caller(), id.hex())));
        });
    }

    /**
     * Datasets with a sample of the document, those that only dropped some, adapters trained on them, aliases that
     * point or pointed to those.
     */
    private ObjectNode impact(Caller caller, String documentId) {
        Catalogue catalogue = desk.catalogue();
        ObjectNode body = Json.object();
        var datasets = body.putArray("datasets");
        var adapters = body.putArray("adapters");
        var aliases = body.putArray("aliases");
        SortedSet<String> adapterIds = new TreeSet<>();
        for (String id : Taint.madeOf(catalogue, RecordKind.DOCUMENT, documentId, RecordKind.DATASET)) {
            adapterIds.addAll(Taint.madeOf(catalogue, RecordKind.DATASET, id, RecordKind.ADAPTER));
            catalogue.get(RecordKind.DATASET, id, DatasetRecord.class)
                    .filter(found -> caller.sees(found.ownership()))
                    .ifPresent(found -> datasets.addObject().put("id", id).put("name", found.name())
                            .put("samples", found.samples()));
        }
        var read = body.putArray("datasets_read");
        Taint.readBy(catalogue, documentId).forEach(id -> catalogue.get(RecordKind.DATASET, id, DatasetRecord.class)
                .filter(found -> caller.sees(found.ownership()))
                .ifPresent(found -> read.addObject().put("id", id).put("name", found.name())));
        for (String id : adapterIds) {
            catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class)
                    .filter(found -> caller.sees(found.ownership()))
                    .ifPresent(found -> adapters.addObject().put("id", id)
                            .put("state", found.state().name().toLowerCase(Locale.ROOT))
                            .put("dataset_id", found.datasetId()));
        }
        if (!adapterIds.isEmpty()) {
            for (AliasRecord alias : catalogue.all(RecordKind.ALIAS, AliasRecord.class)) {
                boolean current = alias.current().filter(adapterIds::contains).isPresent();
                boolean previous = alias.previous().filter(adapterIds::contains).isPresent();
                if ((current || previous) && caller.sees(alias.ownership())) {
                    aliases.addObject().put("id", alias.alias()).put("current", alias.current().orElse(null))
                            .put("current_affected", current).put("previous_affected", previous);
                }
            }
        }
        return body;
    }
}
