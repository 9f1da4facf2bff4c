package quern.appliance.http;

import quern.actors.files.FileStore;
import quern.actors.jobs.JobWork;
import quern.kv.DataDirectory;
import quern.kv.journal.JobRecord;

/** Opens the work of batch jobs. */
public final class BatchJobs {

    private BatchJobs() {}

    /**
     * @param linesMax most requests of one batch file
     * @throws Exception if the input file is gone or not a batch's
     */
    public static JobWork open(
            JobRecord job, BatchAnswers requests, FileStore files, DataDirectory data, int linesMax)
            throws Exception {
        return BatchWork.open(job, requests, files, data, linesMax);
    }
}
