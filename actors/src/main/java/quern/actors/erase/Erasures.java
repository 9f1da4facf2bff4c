package quern.actors.erase;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.Stores;
import quern.actors.curation.CatalogueSources;
import quern.actors.curation.DatasetOrigins;
import quern.actors.ingest.Ingestor;
import quern.actors.jobs.JobQueue;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.SteppedJob;
import quern.curation.RecipeCompiler;
import quern.ingest.DocumentId;
import quern.ingest.reader.DocumentReader;
import quern.kv.journal.ErasureRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.QuarantineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/** Erasures as they are asked for, shown, and gone on with. Safe for any thread; blocks on disks. */
public final class Erasures {

    private final House house;
    private final Stores stores;
    private final DocumentReader reader;
    private final DatasetOrigins origins;
    private final CompletableFuture<ActorRef<Ingestor.Command>> ingestor = new CompletableFuture<>();

    /** @param recipes compiles recipes of earlier jobs */
    public Erasures(House house, DocumentReader reader, Supplier<RecipeCompiler> recipes) {
        this.house = house;
        this.stores = house.stores();
        this.reader = reader;
        this.origins = new DatasetOrigins(stores.catalogue(), house.config().curation(), recipes,
                new CatalogueSources(stores, reader));
    }

    /** What erases a document; it begins when {@link #open} was called. */
    public JobStarter starter() {
        return (job, queue) -> SteppedJob.starter((begun, system) -> new ErasureWork(
                house, begun, new ErasureActors(ingestor.join(), queue, system, reader, origins))).start(job, queue);
    }

    /** Lets erasures begin, and those go on that an earlier process did not finish. */
    public void open(ActorRef<Ingestor.Command> writer, ActorRef<JobQueue.Command> queue, ActorSystem<?> system) {
        ingestor.complete(writer);
        for (ErasureRecord record : stores.catalogue().all(RecordKind.ERASURE, ErasureRecord.class)) {
            if (!record.done() && !record.incomplete() && atWork(record).isEmpty()) {
                queue.tell(new JobQueue.Submit(JobKind.ERASE, spec(record), record.ownership(), system.ignoreRef()));
            }
        }
    }

    /** What the job of an erasure is asked for. */
    public static String spec(ErasureRecord record) {
        return RecordText.write(new ErasureSpec(record.documentId()));
    }

    /** The erasure of a document, done or not. */
    public Optional<ErasureRecord> find(String documentId) {
        return stores.catalogue().get(RecordKind.ERASURE, documentId, ErasureRecord.class);
    }

    /** The job that waits to do an erasure or does it. */
    public Optional<JobRecord> atWork(ErasureRecord record) {
        for (JobRecord job : stores.catalogue().all(RecordKind.JOB, JobRecord.class)) {
            boolean same = job.kind() == JobKind.ERASE && !job.state().terminal()
                    && RecordText.read(job.specJson(), ErasureSpec.class).documentId().equals(record.documentId());
            if (same) {
                return Optional.of(job);
            }
        }
        return Optional.empty();
    }

    /**
     * Notes that a document is to be erased, and withholds it from later runs. One that was begun goes on as it was
     * begun, and ends from now on whatever is left if that is accepted; one that was done begins anew, since the
     * document came again.
     */
    public synchronized ErasureRecord begin(
            DocumentId id, boolean retrain, boolean everywhere, boolean acceptRemaining, Caller caller) {
        if (find(id.hex()).filter(record -> !record.done()).isPresent()) {
            return stores.catalogue().update(RecordKind.ERASURE, id.hex(), ErasureRecord.class,
                    record -> record.again(acceptRemaining)).orElseThrow();
        }
        long nowMs = System.currentTimeMillis();
        ErasureRecord record = ErasureRecord.begun(
                id.hex(), retrain, everywhere, acceptRemaining, caller.ownership(), nowMs);
        stores.catalogue().commit(new WriteSet().put(RecordKind.ERASURE, id.hex(), record));
        stores.quarantine().add(List.of(new QuarantineRecord(id.hex(), "erased", false, caller.keyId(), nowMs)));
        return record;
    }

    /** What an erasure would do: everything it would touch, nothing of it changed. */
    public ObjectNode plan(DocumentId id, boolean everywhere) throws IOException {
        ErasureFacts facts = new ErasureFacts("{}");
        List<ErasurePlan.Held> datasets = new ArrayList<>(ErasurePlan.of(stores, id.hex(), Set.of()).datasets());
        datasets.addAll(new DatasetErasure(stores, origins, id.hex(), facts).unlinked(datasets));
        DocumentTexts texts = new DocumentTexts(
                stores.directory().jobs().resolve("plan-" + id.hex().substring(0, 12) + "-" + System.nanoTime()));
        try {
            texts.collect(stores, reader, id, datasets.stream().map(ErasurePlan.Held::dataset).toList());
            ErasureSearch search = ErasureSearch.begin(house, stores, texts, id);
            while (!search.prepare(Long.MAX_VALUE / 2)) {
                continue;
            }
            JobErasure files = new JobErasure(stores, id.hex(), facts, texts.directory());
            files.noteFiles(files.files(search.bytes()), everywhere);
            ErasurePlan plan = ErasurePlan.of(stores, id.hex(), files.purged()).holding(datasets);
            ObjectNode body = ErasureFacts.object().put("object", "erasure.plan").put("document", id.hex());
            describe(plan, body);
            body.set(JobErasure.FILES, facts.toJson().withArray(JobErasure.FILES));
            facts(files, plan, body);
            ObjectNode blocks = body.putObject(BlockErasure.BLOCKS);
            new BlockErasure(house, search.shingles(), fingerprints(plan)).count().forEach((tier, count) ->
                    blocks.put(tier.name().toLowerCase(Locale.ROOT), count));
            return body;
        } finally {
            texts.remove(stores.directory());
        }
    }

    private static Set<String> fingerprints(ErasurePlan plan) {
        return plan.adapters().stream().map(adapter -> adapter.fingerprint())
                .collect(java.util.stream.Collectors.toSet());
    }

    private static void facts(JobErasure jobs, ErasurePlan plan, ObjectNode body) {
        ArrayNode list = body.putArray(JobErasure.JOBS);
        Set<String> datasets = new java.util.HashSet<>();
        plan.datasets().forEach(held -> datasets.add(held.dataset().id()));
        jobs.holding(datasets, new java.util.HashSet<>(plan.adapters().stream().map(each -> each.id()).toList()))
                .forEach(job -> list.addObject().put("id", job.id()).put("kind", job.kind().name())
                        .put("owner", job.ownership().ownerKeyId()));
    }

    private static void describe(ErasurePlan plan, ObjectNode body) {
        ArrayNode datasets = body.putArray(DatasetErasure.DATASETS);
        plan.datasets().forEach(held -> datasets.addObject().put("id", held.dataset().id())
                .put("name", held.dataset().name()).put("samples", held.dataset().samples())
                .put("sampled", held.sampled()).put("owner", held.dataset().ownership().ownerKeyId()));
        ArrayNode adapters = body.putArray(AdapterErasure.ADAPTERS);
        plan.adapters().forEach(adapter -> adapters.addObject().put("id", adapter.id())
                .put("state", adapter.state().name().toLowerCase(Locale.ROOT)).put("dataset", adapter.datasetId())
                .put("owner", adapter.ownership().ownerKeyId()));
        ArrayNode aliases = body.putArray(AdapterErasure.ALIASES);
        plan.moves().stream().filter(ErasurePlan.Move::points).forEach(move -> aliases.addObject()
                .put("id", move.alias().alias()).put("from", move.alias().current().orElse(""))
                .put("to", move.to().isEmpty() ? "" : move.to().getFirst().id()));
    }
}
