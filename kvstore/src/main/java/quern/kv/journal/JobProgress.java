package quern.kv.journal;

/**
 * How far a job is.
 *
 * @param stage what it is doing, one or two words; empty before it starts
 * @param done units finished
 * @param total units in all; 0 while unknown
 */
public record JobProgress(String stage, long done, long total) {

    public static final JobProgress NONE = new JobProgress("", 0, 0);
}
