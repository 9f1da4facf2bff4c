package quern.actors.jobs;

import java.util.concurrent.ThreadLocalRandom;
import quern.kv.journal.JobKind;

/** Ids of jobs: sorted by the time they were made, with the prefixes that OpenAI's clients know. */
final class JobIds {

    private JobIds() {}

    static String next(JobKind kind, long nowMs) {
        String prefix = switch (kind) {
            case TUNE -> "ftjob-";
            case BATCH -> "batch_";
            case INGEST, CURATE, EVALUATE, QUANTIZE, IMPORT, PRETRAIN, COMPRESS, ERASE, MERGE, ROUNDS -> "job-";
        };
        return prefix + pad(nowMs, 9) + pad(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36 * 36), 6);
    }

    private static String pad(long value, int digits) {
        String text = Long.toString(value, 36);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }
}
