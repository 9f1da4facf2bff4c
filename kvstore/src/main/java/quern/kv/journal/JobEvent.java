package quern.kv.journal;

/**
 * Something a job reported.
 *
 * @param sequence position among the job's events, from 1, without gaps
 * @param level {@code info}, {@code warn} or {@code error}
 * @param detailJson metrics or other JSON; may be empty
 */
public record JobEvent(long sequence, long atMs, String level, String message, String detailJson) {}
