package quern.actors.jobs;

import quern.kv.journal.WriteSet;

/** How a run of a job ended. */
public sealed interface JobOutcome {

    /**
     * @param resultJson what the job made
     * @param changes stored together with the job's end, or not at all
     */
    record Succeeded(String resultJson, WriteSet changes) implements JobOutcome {}

    /** @param message what, where, expected, found */
    record Failed(String message) implements JobOutcome {}

    /** It ran to its end and what it made was not good enough; result and changes are kept all the same. */
    record Refused(String message, String resultJson, WriteSet changes) implements JobOutcome {}

    /** It has let go, and goes on from here when it is started again. */
    record Paused() implements JobOutcome {}

    record Cancelled() implements JobOutcome {}
}
