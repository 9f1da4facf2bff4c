package quern.actors.erase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import quern.actors.RecordText;
import quern.actors.Stores;
import quern.actors.curation.CurationSpec;
import quern.actors.tuning.CompressionSpec;
import quern.actors.tuning.EvaluationSpec;
import quern.actors.tuning.MergeSpec;
import quern.actors.tuning.RoundsSpec;
import quern.actors.tuning.TuningSpec;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.kv.journal.WriteSet;

/**
 * Working directories of jobs, and uploaded and produced files. A job that has read the document is cancelled and what
 * it made so far goes; a file that contains it belongs to whoever sent it, and goes only if that was asked for.
 */
final class JobErasure {

    static final String JOBS = "jobs";
    static final String FILES = "files";

    private static final String CANCELLED = "cancelled";

    private final Stores stores;
    private final String documentId;
    private final ErasureFacts facts;
    private final Path own;

    JobErasure(Stores stores, String documentId, ErasureFacts facts, Path own) {
        this.stores = stores;
        this.documentId = documentId;
        this.facts = facts;
        this.own = own;
    }

    /** Jobs that are at work and have read the document, or learn from what was made of it. */
    List<JobRecord> holding() {
        return holding(new HashSet<>(facts.ids(DatasetErasure.DATASETS)),
                new HashSet<>(facts.ids(AdapterErasure.ADAPTERS)));
    }

    List<JobRecord> holding(Set<String> datasets, Set<String> adapters) {
        List<JobRecord> holding = new ArrayList<>();
        for (JobRecord job : stores.catalogue().all(RecordKind.JOB, JobRecord.class)) {
            if (!job.state().terminal() && job.attempts() > 0 && reads(job, datasets, adapters)) {
                holding.add(job);
            }
        }
        return holding;
    }

    private boolean reads(JobRecord job, Set<String> datasets, Set<String> adapters) {
        if (job.kind() == JobKind.CURATE) {
            CurationSpec spec = RecordText.read(job.specJson(), CurationSpec.class);
            return spec.datasetId().map(datasets::contains)
                    .orElse(spec.documentIds().isEmpty() && spec.failuresOf().isEmpty()
                            || spec.documentIds().contains(documentId));
        }
        if (job.kind() == JobKind.TUNE) {
            return RecordText.read(job.specJson(), TuningSpec.class).trainingIds().stream()
                    .anyMatch(datasets::contains);
        }
        if (job.kind() == JobKind.ROUNDS) {
            RoundsSpec spec = RecordText.read(job.specJson(), RoundsSpec.class);
            return datasets.contains(spec.practiceId())
                    || spec.tuning().trainingIds().stream().anyMatch(datasets::contains);
        }
        if (job.kind() == JobKind.EVALUATE) {
            return datasets.contains(RecordText.read(job.specJson(), EvaluationSpec.class).checksId());
        }
        if (job.kind() == JobKind.MERGE) {
            MergeSpec spec = RecordText.read(job.specJson(), MergeSpec.class);
            return spec.adapterIds().stream().anyMatch(adapters::contains)
                    || spec.dataIds().stream().anyMatch(datasets::contains);
        }
        return job.kind() == JobKind.COMPRESS
                && adapters.contains(RecordText.read(job.specJson(), CompressionSpec.class).adapterId());
    }

    void noteCancelled(JobRecord job) {
        facts.entry(JOBS, job.id()).put("kind", job.kind().name()).put("owner", job.ownership().ownerKeyId())
                .put(CANCELLED, true);
        StoredFiles.keys(StoredFiles.real(stores.directory(), stores.directory().jobs().resolve(job.id())))
                .forEach(facts::key);
    }

    /**
     * A tuning that ended without an adapter, and learnt from what was made of the document: its checkpoint holds what
     * it had learnt until then.
     */
    private boolean leftACheckpoint(JobRecord job) {
        return job.kind() == JobKind.TUNE && (job.state() == JobState.CANCELLED || job.state() == JobState.FAILED)
                && RecordText.read(job.specJson(), TuningSpec.class).trainingIds().stream().map(this::now)
                        .anyMatch(facts.ids(DatasetErasure.DATASETS).stream().map(this::now)
                                .collect(Collectors.toSet())::contains);
    }

    /** The id a dataset has now. */
    private String now(String id) {
        return TombstoneRecord.dataset(stores.catalogue(), id).map(DatasetRecord::id).orElse(id);
    }

    /** Removes directories of cancelled jobs, and of ended ones that hold the document or learnt from it. */
    void removeDirectories(ByteSearch search) throws IOException {
        for (Path directory : children(stores.directory().jobs())) {
            String id = directory.getFileName().toString();
            if (id.equals(own.getFileName().toString())) {
                continue;
            }
            Optional<JobRecord> job = stores.catalogue().get(RecordKind.JOB, id, JobRecord.class);
            boolean working = job.filter(found -> !found.state().terminal()).isPresent();
            boolean cancelled = facts.find(JOBS, id).filter(found -> found.path(CANCELLED).asBoolean()).isPresent();
            if (!cancelled && job.filter(this::leftACheckpoint).isEmpty() && !holds(directory, search)) {
                continue;
            }
            var entry = facts.entry(JOBS, id).put("purged", !working);
            job.ifPresent(found -> entry.put("kind", found.kind().name())
                    .put("owner", found.ownership().ownerKeyId()));
            if (!working) {
                StoredFiles.keys(StoredFiles.real(stores.directory(), directory)).forEach(facts::key);
                StoredFiles.remove(stores.directory(), directory);
            }
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.toList();
        }
    }

    private static boolean holds(Path place, ByteSearch search) {
        for (Path file : StoredFiles.below(place)) {
            try {
                if (!Contents.at(file, search).found().isEmpty()) {
                    return true;
                }
            } catch (IOException | RuntimeException unreadable) {
                // No key, or gone meanwhile: nobody reads it there.
                continue;
            }
        }
        return false;
    }

    /** Files that contain the document. */
    List<FileRecord> files(ByteSearch search) {
        List<FileRecord> holding = new ArrayList<>();
        for (FileRecord file : stores.catalogue().all(RecordKind.FILE, FileRecord.class)) {
            if (holds(stores.directory().files().resolve(file.id()), search)) {
                holding.add(file);
            }
        }
        return holding;
    }

    /** @param purge whether they are to go */
    void noteFiles(List<FileRecord> files, boolean purge) {
        for (FileRecord file : files) {
            facts.entry(FILES, file.id()).put("owner", file.ownership().ownerKeyId()).put("purpose", file.purpose())
                    .put("sha256", file.sha256()).put("purged", purge);
            if (purge) {
                StoredFiles.keys(StoredFiles.real(stores.directory(), stores.directory().files().resolve(file.id())))
                        .forEach(facts::key);
            }
        }
    }

    /** Files that were noted to go. */
    Set<String> purged() {
        Set<String> ids = new HashSet<>();
        facts.list(FILES).stream().filter(file -> file.path("purged").asBoolean())
                .forEach(file -> ids.add(file.path("id").asText()));
        return ids;
    }

    void removeFiles() throws IOException {
        for (String id : purged()) {
            stores.catalogue().commit(new WriteSet().delete(RecordKind.FILE, id));
            StoredFiles.remove(stores.directory(), stores.directory().files().resolve(id));
        }
    }
}
