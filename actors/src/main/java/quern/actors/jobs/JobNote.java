package quern.actors.jobs;

/**
 * Something for a job's list of events.
 *
 * @param level {@code info}, {@code warn} or {@code error}
 * @param detailJson metrics or other JSON; may be empty
 */
public record JobNote(String level, String message, String detailJson) {

    public static JobNote info(String message) {
        return new JobNote("info", message, "");
    }

    public static JobNote metrics(String message, String detailJson) {
        return new JobNote("info", message, detailJson);
    }
}
