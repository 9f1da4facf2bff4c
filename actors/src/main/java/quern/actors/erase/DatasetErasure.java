package quern.actors.erase;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import quern.actors.Stores;
import quern.actors.curation.DatasetOrigins;
import quern.curation.DatasetManifest;
import quern.curation.erase.DatasetRewrite;
import quern.curation.erase.Erasure;
import quern.curation.erase.Holding;
import quern.curation.erase.Rewritten;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;
import quern.kv.journal.TombstoneRecord;
import quern.kv.journal.WriteSet;

/**
 * Datasets that hold something of the document are written anew without it, under the name that follows from what is
 * left, in a place of its own, with a key of its own. A tombstone leads from the old name to the new one.
 */
final class DatasetErasure {

    static final String DATASETS = "datasets";

    private static final String SOURCE = "source";
    private static final int ID_CHARS = 24;
    private static final int PLACE_CHARS = 12;

    private final Stores stores;
    private final DataDirectory data;
    private final DatasetOrigins origins;
    private final String documentId;
    private final ErasureFacts facts;

    DatasetErasure(Stores stores, DatasetOrigins origins, String documentId, ErasureFacts facts) {
        this.origins = origins;
        this.stores = stores;
        this.data = stores.directory();
        this.documentId = documentId;
        this.facts = facts;
    }

    /**
     * Datasets that hold something of the document and of which lineage does not know it, as those of earlier versions
     * with traces of dropped samples only.
     */
    List<ErasurePlan.Held> unlinked(List<ErasurePlan.Held> linked) {
        Set<String> known = new HashSet<>();
        linked.forEach(held -> known.add(held.dataset().id()));
        List<ErasurePlan.Held> found = new ArrayList<>();
        for (DatasetRecord dataset : stores.catalogue().all(RecordKind.DATASET, DatasetRecord.class)) {
            if (!known.contains(dataset.id())) {
                Holding holding = DatasetRewrite.inspect(data.resolve(dataset.path()), Set.of(documentId));
                if (!holding.isEmpty()) {
                    found.add(new ErasurePlan.Held(dataset, holding.samples() > 0));
                }
            }
        }
        return found;
    }

    /** Lets lineage know them. */
    void link(List<ErasurePlan.Held> unlinked) {
        WriteSet changes = new WriteSet();
        unlinked.forEach(held -> changes.edge(new Edge(RecordKind.DOCUMENT, documentId, RecordKind.DATASET,
                held.dataset().id(), held.sampled() ? SOURCE : Taint.READ, "")));
        stores.catalogue().commit(changes);
    }

    /** What is going to be rewritten is noted, with the keys of what is there. */
    void note(Collection<ErasurePlan.Held> held) {
        for (ErasurePlan.Held each : held) {
            DatasetRecord dataset = each.dataset();
            facts.entry(DATASETS, dataset.id()).put("hash", dataset.fingerprint()).put("path", dataset.path())
                    .put("owner", dataset.ownership().ownerKeyId()).put("sampled", each.sampled());
            StoredFiles.keys(StoredFiles.real(data, data.resolve(dataset.path()))).forEach(facts::key);
        }
    }

    /** Begins to rewrite one. */
    RewriteAtWork begin(DatasetRecord dataset, Executor threads) {
        return new RewriteAtWork(threads, progress -> DatasetRewrite.rewrite(data.resolve(dataset.path()),
                made(dataset), new Erasure(documentId, Set.of(documentId)), origins.of(dataset), progress));
    }

    private Path made(DatasetRecord dataset) {
        return data.datasets().resolve("rewriting-" + dataset.id() + "-" + documentId.substring(0, PLACE_CHARS));
    }

    /** Lets one that is rewritten take the place of what it was. */
    void replace(DatasetRecord dataset, Rewritten rewritten) throws IOException {
        Path made = made(dataset);
        DatasetManifest manifest = rewritten.manifest();
        ObjectNode entry = facts.entry(DATASETS, dataset.id());
        entry.put("removed", rewritten.tombstone().samples()).put("dropped", rewritten.tombstone().dropped())
                .put("re_entered", rewritten.tombstone().reentered())
                .put("not_re_entered", rewritten.tombstone().notReentered());
        rewritten.tombstone().notes().forEach(entry.putArray("notes")::add);
        String id = "ds-" + manifest.id().substring(0, ID_CHARS);
        entry.put("next_id", id).put("next_hash", manifest.id());
        if (id.equals(dataset.id())) {
            DataDirectory.removeTree(made);
            return;
        }
        Path target = data.datasets().resolve(id);
        if (Files.exists(target)) {
            DataDirectory.removeTree(made);
        } else {
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.forceDirectory(data.datasets());
        }
        stores.catalogue().commit(record(dataset, id, manifest));
    }

    private WriteSet record(DatasetRecord old, String id, DatasetManifest manifest) {
        long bytes = manifest.shards().stream().mapToLong(DatasetManifest.Shard::bytes).sum();
        long nowMs = System.currentTimeMillis();
        DatasetRecord next = new DatasetRecord(id, old.name(), manifest.id(),
                data.recorded(data.datasets().resolve(id)), manifest.kept(), bytes, old.jobId(), old.ownership(),
                old.createdAtMs());
        WriteSet changes = new WriteSet().put(RecordKind.DATASET, id, next).delete(RecordKind.DATASET, old.id())
                .put(RecordKind.TOMBSTONE, old.id(), new TombstoneRecord(
                        old.id(), old.fingerprint(), id, manifest.id(), documentId, nowMs))
                .edge(new Edge(RecordKind.DATASET, old.id(), RecordKind.DATASET, id, "rewritten", ""));
        manifest.documentIds().forEach(document -> changes.edge(
                new Edge(RecordKind.DOCUMENT, document, RecordKind.DATASET, id, SOURCE, "")));
        List<Edge> kept = new ArrayList<>();
        stores.catalogue().edgesTo(RecordKind.DATASET, old.id()).forEach(kept::add);
        kept.stream().filter(edge -> edge.fromKind() != RecordKind.DOCUMENT
                        || edge.role().equals(Taint.READ) && !edge.fromId().equals(documentId))
                .forEach(edge -> changes.edge(new Edge(edge.fromKind(), edge.fromId(), RecordKind.DATASET, id,
                        edge.role(), edge.detailJson())));
        return changes;
    }

    /** Removes what was rewritten. */
    void removeOld() throws IOException {
        for (ObjectNode entry : facts.list(DATASETS)) {
            String id = entry.path("id").asText();
            boolean rewritten = stores.catalogue().contains(RecordKind.TOMBSTONE, id)
                    && !stores.catalogue().contains(RecordKind.DATASET, id);
            if (rewritten) {
                StoredFiles.remove(data, data.resolve(entry.path("path").asText()));
            }
        }
    }
}
