package quern.actors.tuning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.actors.RecordText;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;

/**
 * Tunings that adapters come from: their own, and those of what they were made of.
 *
 * @param tunings each once
 * @param unknown adapters that were tuned elsewhere, or whose job's record is gone
 */
public record Ancestry(List<TuningSpec> tunings, List<String> unknown) {

    /** Blocks. */
    public static Ancestry of(Catalogue catalogue, List<String> adapterIds) {
        List<TuningSpec> tunings = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        var open = new ArrayDeque<>(adapterIds);
        while (!open.isEmpty()) {
            String id = open.remove();
            if (!seen.add(id)) {
                continue;
            }
            Optional<JobRecord> job = catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class)
                    .flatMap(adapter -> catalogue.get(RecordKind.JOB, adapter.jobId(), JobRecord.class));
            switch (job.map(JobRecord::kind).orElse(null)) {
                case TUNE -> tunings.add(RecordText.read(job.get().specJson(), TuningSpec.class));
                case COMPRESS -> open.add(
                        RecordText.read(job.get().specJson(), CompressionSpec.class).adapterId());
                case MERGE -> open.addAll(RecordText.read(job.get().specJson(), MergeSpec.class).adapterIds());
                case null, default -> unknown.add(id);
            }
        }
        return new Ancestry(tunings, unknown);
    }

    /** All datasets and files that they learnt from. */
    public List<String> trainingIds() {
        Set<String> ids = new LinkedHashSet<>();
        tunings.forEach(tuning -> ids.addAll(tuning.trainingIds()));
        return List.copyOf(ids);
    }
}
