package quern.curation;

import java.util.Map;

/**
 * How far a run is.
 *
 * @param stage current stage, from 0
 * @param stages number of stages; a run has one more than it has operators that must see all samples
 * @param stageDone samples that went through the current stage, where their number is known
 * @param stageTotal samples of the current stage; 0 where nobody knows
 * @param in samples (and unreadable documents) read from the source
 * @param made samples that operators made beyond the ones they were given
 * @param kept samples in the dataset so far
 * @param dropped dropped samples by operator and reason
 * @param errors dropped samples on which an operator failed
 * @param deciding operator that decides over all samples now, before the stage begins; else empty
 * @param finished whether the manifest is written
 */
public record RunProgress(int stage, int stages, long stageDone, long stageTotal, long in, long made, long kept,
        Map<String, Map<String, Long>> dropped, long errors, String deciding, boolean finished) {

    /**
     * Of a run.
     *
     * @param input of the current stage; null between stages
     * @param committed where in it the last batch ended that was written
     */
    static RunProgress of(int stage, int stages, StageInput input, String committed, RunCounts counts,
            String deciding, boolean finished) {
        return new RunProgress(Math.min(stage, stages - 1), stages, input == null ? 0 : input.done(committed),
                input == null ? 0 : input.total(), counts.in, counts.made(), counts.kept, counts.droppedByReason(),
                counts.errors(), deciding, finished);
    }

    /** All dropped samples. */
    public long droppedCount() {
        return dropped.values().stream().flatMap(m -> m.values().stream()).mapToLong(Long::longValue).sum();
    }
}
