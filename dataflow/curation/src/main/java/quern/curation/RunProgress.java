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
 * @param finished whether the manifest is written
 */
public record RunProgress(int stage, int stages, long stageDone, long stageTotal, long in, long made, long kept,
        Map<String, Map<String, Long>> dropped, long errors, boolean finished) {

    /** All dropped samples. */
    public long droppedCount() {
        return dropped.values().stream().flatMap(m -> m.values().stream()).mapToLong(Long::longValue).sum();
    }
}
