package quern.appliance.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import quern.kv.DataDirectory;

/** Sees to it that an interrupted run leaves no half-written file beside its output. */
final class PartialFile {

    private PartialFile() {}

    /** Runs {@code writing}; on the process's end in between, {@code out}'s temporary file or directory is deleted. */
    static <T> T guard(Path out, Supplier<T> writing) {
        Path temporary = out.resolveSibling(out.getFileName() + ".writing");
        Thread hook = Thread.ofPlatform().unstarted(() -> delete(temporary));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return writing.get();
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException ending) {
                // The hook is running already.
                delete(temporary);
            }
        }
    }

    private static void delete(Path temporary) {
        try {
            DataDirectory.removeTree(temporary);
        } catch (IOException stays) {
            System.err.println("quern: " + temporary + " stays: " + stays.getMessage());
        }
    }
}
