package quern.appliance.cli;

import quern.actors.models.ModelRefused;
import quern.config.QuernException;
import quern.kv.DirectoryInUse;

/** What the process ends with. Scripts rely on these numbers; each means the same for every verb. */
final class ExitCode {

    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int REFUSED = 4;
    static final int UNAVAILABLE = 5;

    /** For {@code quern --help}. */
    static final String[] TABLE = {
        "0:done", "1:failed: a job, a check or the process itself", "2:wrong usage or configuration",
        "3:no such record", "4:refused: access, conflict, limit or invalid content",
        "5:no server answers, or it is overloaded or still loading; the same again may succeed",
        "130:interrupted"};

    private ExitCode() {}

    static int of(Throwable failure) {
        return switch (failure) {
            case UsageProblem usage -> USAGE;
            case ApiFailure api -> ofStatus(api.status());
            case DirectoryInUse inUse -> REFUSED;
            case ModelRefused refused -> refused.reason() == ModelRefused.Reason.UNKNOWN ? NOT_FOUND : REFUSED;
            case QuernException known when known.category() == QuernException.Category.RETRYABLE -> UNAVAILABLE;
            default -> FAILURE;
        };
    }

    private static int ofStatus(int status) {
        return switch (status) {
            case 404 -> NOT_FOUND;
            case 0, 503, 504 -> UNAVAILABLE;
            case 429 -> UNAVAILABLE;
            default -> status >= 500 ? FAILURE : REFUSED;
        };
    }
}
