package quern.kv;

import java.nio.file.Path;
import quern.config.QuernException;

/** Another process owns the data directory. */
public final class DirectoryInUse extends QuernException {

    private static final long serialVersionUID = 1L;

    private final long pid;

    DirectoryInUse(Path root, long pid) {
        super(
                Category.FATAL,
                "data directory " + root + " is in use by process " + (pid < 0 ? "of unknown id" : pid)
                        + "; one process owns a directory at a time");
        this.pid = pid;
    }

    /** The owner's process id; negative when it could not be read. */
    public long pid() {
        return pid;
    }
}
