package quern.actors.tuning;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.actors.RecordText;
import quern.actors.curation.CurationSpec;
import quern.curation.generation.PairsRecipe;
import quern.kv.journal.Catalogue;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.TombstoneRecord;

/** What a curation is asked for that writes new pairs from what an evaluation found wrong. */
public final class FailureOrder {

    /** Of one failure; more than are wanted, since some are rejected. */
    private static final int EACH_MAX = 8;

    private FailureOrder() {}

    /**
     * @param evaluation a job with an evaluation
     * @param failures of it
     * @param against datasets whose questions are not asked again
     */
    public static CurationSpec of(Catalogue catalogue, JobRecord evaluation, int failures, int pairs, String name,
            List<String> against, boolean seesAll) {
        Optional<String> asked = checks(evaluation).flatMap(id -> TombstoneRecord.dataset(catalogue, id))
                .map(DatasetRecord::id);
        Set<String> known = new LinkedHashSet<>(asked.stream().toList());
        against.forEach(id -> TombstoneRecord.dataset(catalogue, id).map(DatasetRecord::id).ifPresent(known::add));
        int each = Math.clamp(Math.ceilDiv(2L * pairs, failures), 1, EACH_MAX);
        return CurationSpec.ofFailures(PairsRecipe.ofFailures(each, pairs), name, evaluation.id(), asked,
                List.copyOf(known), seesAll);
    }

    /** What the checks came from. */
    private static Optional<String> checks(JobRecord job) {
        String spec = job.specJson();
        return job.kind() == JobKind.EVALUATE
                ? Optional.of(RecordText.read(spec, EvaluationSpec.class).checksId())
                : job.kind() == JobKind.TUNE ? RecordText.read(spec, TuningSpec.class).gate().checksId()
                : job.kind() == JobKind.MERGE ? RecordText.read(spec, MergeSpec.class).gate().checksId()
                : Optional.empty();
    }
}
