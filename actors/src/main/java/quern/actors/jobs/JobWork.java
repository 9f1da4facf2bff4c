package quern.actors.jobs;

import java.util.List;
import quern.kv.journal.JobProgress;

/** A job as a step function that blocks on disks; {@link SteppedJob} drives it. One thread at a time. */
public interface JobWork extends AutoCloseable {

    /** What a step came to. */
    sealed interface Step {}

    /** @param notes new since the last step */
    record Working(JobProgress progress, List<JobNote> notes) implements Step {}

    record Done(JobOutcome outcome) implements Step {}

    /** A bounded piece of work, well below a second. */
    Step step() throws Exception;

    /** Gives up files; also after a failure or cancel. */
    @Override
    void close();
}
