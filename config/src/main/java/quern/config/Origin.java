package quern.config;

/**
 * Where the value of one key came from.
 *
 * @param key full path, e.g. {@code quern.http.port}
 * @param value as written
 * @param where file and line, or the variable's name
 */
public record Origin(String key, String value, Source source, String where) {

    /** The later ones win. */
    public enum Source { DEFAULT, FILE, ENVIRONMENT, COMMAND_LINE }
}
