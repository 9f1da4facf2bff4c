package quern.actors.pipelines;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import quern.actors.Stores;
import quern.actors.models.Sha256;
import quern.config.PipelineConfig;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.PipelineFileRecord;
import quern.kv.journal.PipelineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.kv.journal.WriteSet;

/**
 * What one standing pipeline has done, on disk before anything follows from it; its stages share it. After a kill they
 * go on from here: a job that was accepted but not noted is found by the pipeline's mark in its order.
 *
 * <p>Safe for any thread; blocks on the catalogue.
 */
public final class PipelineLedger {

    private static final int JOBS_LOOKED_AT = 4096;
    private static final int PAGE = 256;

    private final Stores stores;
    private final String name;
    private final PipelineConfig config;
    private final LongSupplier clockMs;

    PipelineLedger(Stores stores, String name, PipelineConfig config, LongSupplier clockMs) {
        this.stores = stores;
        this.name = name;
        this.config = config;
        this.clockMs = clockMs;
        if (!stores.catalogue().contains(RecordKind.PIPELINE, name)) {
            stores.catalogue().commit(new WriteSet().put(RecordKind.PIPELINE, name, PipelineRecord.of(
                    name, Ownership.of(config.owner(), Set.copyOf(config.labels())), clockMs.getAsLong())));
        }
    }

    String name() {
        return name;
    }

    PipelineConfig config() {
        return config;
    }

    Stores stores() {
        return stores;
    }

    PipelineRecord now() {
        return stores.catalogue().get(RecordKind.PIPELINE, name, PipelineRecord.class).orElseThrow();
    }

    /** What somebody wants of a pipeline. @return absent if there is none of this name */
    public static Optional<PipelineRecord> change(
            Catalogue catalogue, String name, UnaryOperator<PipelineRecord> change) {
        return catalogue.update(RecordKind.PIPELINE, name, PipelineRecord.class, change);
    }

    synchronized PipelineRecord update(UnaryOperator<PipelineRecord> change) {
        return change(stores.catalogue(), name, change).orElseThrow();
    }

    long nowMs() {
        return clockMs.getAsLong();
    }

    Optional<PipelineFileRecord> file(String path) {
        return stores.catalogue().get(RecordKind.PIPELINE_FILE, fileId(path), PipelineFileRecord.class);
    }

    /** A file was seen; what it became waits for a curation from the same moment on. */
    synchronized void saw(PipelineFileRecord file) {
        WriteSet changes = new WriteSet().put(RecordKind.PIPELINE_FILE, fileId(file.path()), file);
        if (!file.documentId().isEmpty()) {
            PipelineRecord record = now();
            changes.put(RecordKind.PIPELINE, name,
                    record.arrived(List.of(file.documentId()), record.position(), nowMs()));
        }
        stores.catalogue().commit(changes);
    }

    /** Paths are longer than ids may be. */
    private String fileId(String path) {
        return name + "/" + Sha256.of(path.getBytes(StandardCharsets.UTF_8));
    }

    /** The job that was asked for under this number, if it was accepted. */
    Optional<JobRecord> submitted(int number) {
        String mark = '"' + mark(number) + '"';
        String before = "";
        for (int seen = 0; seen < JOBS_LOOKED_AT; seen += PAGE) {
            List<JobRecord> page = stores.catalogue().listDescending(RecordKind.JOB, before, PAGE, JobRecord.class);
            for (JobRecord job : page) {
                boolean ours = job.kind() == JobKind.CURATE || job.kind() == JobKind.TUNE;
                if (ours && job.specJson().contains(mark)) {
                    return Optional.of(job);
                }
            }
            if (page.size() < PAGE) {
                break;
            }
            before = page.getLast().id();
        }
        return Optional.empty();
    }

    /** What an order carries that the pipeline made. */
    String mark(int number) {
        return name + "#" + number;
    }

    Optional<JobRecord> job(String id) {
        return stores.catalogue().get(RecordKind.JOB, id, JobRecord.class);
    }

    /** Those of some datasets that are still there, under the ids they have now. */
    List<String> present(List<String> datasets) {
        List<String> present = new ArrayList<>();
        for (String id : datasets) {
            TombstoneRecord.dataset(stores.catalogue(), id)
                    .filter(found -> !present.contains(found.id())).ifPresent(found -> present.add(found.id()));
        }
        return present;
    }
}
