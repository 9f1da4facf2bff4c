package quern.actors.erase;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.Stores;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobWork;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.curation.erase.Rewritten;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.kv.journal.ErasureRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.QuarantineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;
import quern.kv.vault.ItemRef;
import quern.kv.vault.KeyCollection;

/**
 * The erasure of one document, step by step. Each step can be done again, and what is done is in the record before the
 * next begins, so that a process that dies goes on; the document and its key go last, so that one that goes on still
 * knows what to look for.
 */
final class ErasureWork implements JobWork {

    /** In this order. */
    enum Step {
        /** The document is withheld from later runs; its texts and what lineage knows of it are kept. */
        FIND,
        ADAPTERS,
        DATASETS,
        JOBS,
        FILES,
        BLOCKS,
        CATALOGUE,
        SWEEP,
        /** The document and every key that opened something of it. */
        DOCUMENT,
        PROOF,
        RETRAIN
    }

    private static final int ID_CHARS = 24;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int PURGES_MAX = 20;
    private static final int WAITS_MAX = 2400;
    private static final int PLACES_TOLD = 5;

    private final House house;
    private final Stores stores;
    private final JobRecord job;
    private final ErasureActors actors;
    private final DocumentId id;
    private final Path own;
    private final DocumentTexts texts;
    private final ErasureFacts facts;
    private ErasureRecord record;
    private ErasureSearch search;
    private Sweep sweep;
    private int waits;
    /** Datasets to be rewritten, the one at work first. */
    private final Deque<ErasurePlan.Held> held = new ArrayDeque<>();
    private RewriteAtWork rewriting;

    ErasureWork(House house, JobRecord job, ErasureActors actors) {
        this.house = house;
        this.stores = house.stores();
        this.job = job;
        this.actors = actors;
        this.id = new DocumentId(RecordText.read(job.specJson(), ErasureSpec.class).documentId());
        String name = "erase-" + id.hex().substring(0, ID_CHARS);
        this.own = stores.directory().jobs().resolve(name);
        this.texts = new DocumentTexts(own);
        this.record = stores.catalogue().get(RecordKind.ERASURE, id.hex(), ErasureRecord.class)
                .orElseThrow(() -> new QuernException(Category.ERROR, "no erasure of document " + id + " was begun"));
        this.facts = new ErasureFacts(record.factsJson());
    }

    @Override
    public JobWork.Step step() throws IOException {
        if (facts.steps() == Step.values().length) {
            return new Done(new JobOutcome.Succeeded(result().toString(), new WriteSet()));
        }
        Step step = Step.values()[facts.steps()];
        try {
            return next(step);
        } catch (IOException | java.io.UncheckedIOException e) {
            throw stopped(step, e);
        } catch (QuernException e) {
            throw e.category() == Category.RETRYABLE ? stopped(step, e) : e;
        }
    }

    private static QuernException stopped(Step step, Exception cause) {
        return new QuernException(Category.RETRYABLE, "the erasure stopped at step '" + name(step)
                + "' and goes on when it is asked for again, or with the next start: " + cause.getMessage(), cause);
    }

    private JobWork.Step next(Step step) throws IOException {
        if (!run(step)) {
            return new Working(progress(step), List.of());
        }
        if (step == Step.SWEEP && !facts.list(Sweep.REMAINING).isEmpty()) {
            // It may have been accepted while this was at work.
            keep();
            if (!record.acceptRemaining()) {
                return new Done(incomplete());
            }
        }
        facts.stepDone();
        keep();
        return new Working(progress(step), List.of(JobNote.info(name(step) + ": done")));
    }

    /**
     * The document stays withheld, and what tells what to look for stays too, until it is asked for again: then every
     * step is done once more.
     */
    private JobOutcome incomplete() throws IOException {
        long nowMs = System.currentTimeMillis();
        facts.begin();
        keep();
        keep(record.leftIncomplete(ErasureProof.write(stores.directory(), record, facts, nowMs), nowMs));
        List<String> places = facts.ids(Sweep.REMAINING);
        return new JobOutcome.Refused("the erasure is incomplete: text of the document is left in " + places.size()
                + (places.size() == 1 ? " place" : " places") + " that nothing led to, " + String.join(", ",
                        places.subList(0, Math.min(places.size(), PLACES_TOLD))) + (places.size() > PLACES_TOLD
                                ? " and others" : "") + "; take it out there and erase the document again, which "
                + "looks again, or accept what is left (--accept-remaining)", result().toString(), new WriteSet());
    }

    private static String name(Step step) {
        return step.name().toLowerCase(Locale.ROOT);
    }

    private JobProgress progress(Step step) {
        if (step == Step.SWEEP && sweep != null) {
            return new JobProgress(name(step), sweep.filesLooked(), sweep.filesLooked() + sweep.filesLeft());
        }
        return rewriting == null ? new JobProgress(name(step), facts.steps(), Step.values().length)
                : new JobProgress(name(step) + ", lines", rewriting.lines(), 0);
    }

    /** What is known is on disk before anything that it says is done. */
    private void keep() {
        record = stores.catalogue().update(RecordKind.ERASURE, id.hex(), ErasureRecord.class,
                known -> known.by(job.id()).found(facts.text())).orElseThrow();
    }

    private void keep(ErasureRecord next) {
        record = next;
        stores.catalogue().commit(new WriteSet().put(RecordKind.ERASURE, id.hex(), next));
    }

    private boolean run(Step step) throws IOException {
        return switch (step) {
            case FIND -> find();
            case ADAPTERS -> adapters();
            case DATASETS -> datasets();
            case JOBS -> jobs();
            case FILES -> files();
            case BLOCKS -> blocks();
            case CATALOGUE -> {
                stores.catalogue().rewrite();
                yield true;
            }
            case SWEEP -> sweep();
            case DOCUMENT -> document();
            case PROOF -> proof();
            case RETRAIN -> retrain();
        };
    }

    private boolean find() throws IOException {
        boolean loading = !house.whenRunning().toCompletableFuture().isDone();
        if (loading) {
            LockSupport.parkNanos(WAIT_NS);
            return false;
        }
        stores.quarantine().add(List.of(new QuarantineRecord(
                id.hex(), "erased", false, record.ownership().ownerKeyId(), System.currentTimeMillis())));
        DatasetErasure datasets = datasetErasure();
        datasets.link(datasets.unlinked(ErasurePlan.of(stores, id.hex(), Set.of()).datasets()));
        ErasurePlan plan = ErasurePlan.of(stores, id.hex(), Set.of());
        if (!texts.exist()) {
            facts.set("characters", texts.collect(stores, actors.reader(), id,
                    plan.datasets().stream().map(ErasurePlan.Held::dataset).toList()));
        }
        datasets.note(plan.datasets());
        new AdapterErasure(house, facts).note(plan);
        facts.key(DocumentJournal.keyOf(id));
        facts.key(ItemRef.of(KeyCollection.JOBS, own.getFileName().toString()));
        return true;
    }

    private DatasetErasure datasetErasure() {
        return new DatasetErasure(stores, actors.origins(), id.hex(), facts);
    }

    private boolean adapters() throws IOException {
        new AdapterErasure(house, facts).erase(ErasurePlan.of(stores, id.hex(), Set.of()));
        return true;
    }

    private boolean datasets() throws IOException {
        DatasetErasure erasure = datasetErasure();
        if (rewriting != null) {
            Optional<Rewritten> rewritten = rewriting.await(SLICE_NS);
            if (rewritten.isEmpty()) {
                return false;
            }
            rewriting = null;
            erasure.replace(held.removeFirst().dataset(), rewritten.get());
            keep();
        } else {
            // Those that others were made of or compared with first.
            held.addAll(ErasurePlan.of(stores, id.hex(), Set.of()).datasets().stream()
                    .sorted(Comparator.comparingLong(each -> each.dataset().createdAtMs())).toList());
            erasure.note(held);
            keep();
        }
        if (!held.isEmpty()) {
            rewriting = erasure.begin(held.getFirst().dataset(), actors.disks());
            return false;
        }
        erasure.removeOld();
        return true;
    }

    /** Looks for the document's texts, without what other documents say too. */
    private boolean isPrepared() throws IOException {
        if (search == null) {
            search = ErasureSearch.begin(house, stores, texts, id);
        }
        return search.prepare(SLICE_NS);
    }

    private boolean jobs() throws IOException {
        if (!isPrepared()) {
            return false;
        }
        JobErasure erasure = new JobErasure(stores, id.hex(), facts, own);
        List<JobRecord> holding = erasure.holding();
        if (!holding.isEmpty()) {
            if (waits == 0) {
                holding.forEach(erasure::noteCancelled);
                keep();
                holding.forEach(each -> actors.cancel(each.id()));
            }
            if (++waits > WAITS_MAX) {
                throw new QuernException(Category.RETRYABLE, "job " + holding.getFirst().id()
                        + ", which has read the document, does not end");
            }
            LockSupport.parkNanos(WAIT_NS);
            return false;
        }
        waits = 0;
        erasure.removeDirectories(search.bytes());
        return true;
    }

    private boolean files() throws IOException {
        if (!isPrepared()) {
            return false;
        }
        JobErasure erasure = new JobErasure(stores, id.hex(), facts, own);
        List<FileRecord> files = erasure.files(search.bytes());
        erasure.noteFiles(files, record.everywhere());
        ErasurePlan plan = ErasurePlan.of(stores, id.hex(), erasure.purged());
        AdapterErasure adapters = new AdapterErasure(house, facts);
        adapters.note(plan);
        keep();
        adapters.erase(plan);
        erasure.removeFiles();
        return true;
    }

    private boolean blocks() throws IOException {
        if (!isPrepared()) {
            return false;
        }
        if (house.all().isEmpty()) {
            BlockErasure.removeAll(stores.directory());
            return true;
        }
        purge();
        return true;
    }

    /** Until nothing is found: what runs meanwhile may seal another block. */
    private void purge() {
        Set<String> erased = facts.list(AdapterErasure.ADAPTERS).stream()
                .map(adapter -> adapter.path("fingerprint").asText()).collect(Collectors.toSet());
        BlockErasure erasure = new BlockErasure(house, search.shingles(), erased);
        int purges = 0;
        while (erasure.purge(facts) > 0 && purges < PURGES_MAX) {
            purges++;
            LockSupport.parkNanos(WAIT_NS);
        }
    }

    private boolean sweep() throws IOException {
        if (!isPrepared()) {
            return false;
        }
        if (sweep == null) {
            sweep = new Sweep(stores, search.bytes(), own, facts);
        }
        if (sweep.step(SLICE_NS)) {
            return false;
        }
        sweep.finish(search.needles());
        purge();
        return true;
    }

    private boolean document() throws IOException {
        actors.remove(id);
        StoredFiles.remove(stores.directory(), own);
        Set<ItemRef> left = StoredFiles.destroy(stores.directory(), facts.keys());
        facts.set("keys_destroyed", stores.directory().vault().id().isEmpty() ? 0
                : facts.keys().size() - left.size());
        left.forEach(key -> facts.entry("keys_still_used", key.text()));
        return true;
    }

    private boolean proof() throws IOException {
        long nowMs = System.currentTimeMillis();
        keep(record.proved(ErasureProof.write(stores.directory(), record, facts, nowMs), nowMs));
        return true;
    }

    private boolean retrain() {
        if (record.retrain()) {
            new Retraining(stores, facts, record.begunAtMs(), actors::submit).begin();
        }
        return true;
    }

    private ObjectNode result() {
        ObjectNode result = ErasureFacts.object().put("document", id.hex()).put("job", job.id())
                .put("proof_sha256", record.proofSha256().orElse(""))
                .put(Sweep.REMAINING, facts.list(Sweep.REMAINING).size())
                .put("files_of_others", facts.list(JobErasure.FILES).stream()
                        .filter(file -> !file.path("purged").asBoolean()).count());
        result.set("retrained_by", facts.toJson().path(Retraining.JOBS));
        return result;
    }

    @Override
    public void close() {
        // Everything else that was opened is closed within its step.
        if (rewriting != null) {
            rewriting.close();
            rewriting = null;
        }
    }
}
