package quern.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of its own, small and in memory, that can be full. It lives in a namespace of a process that sleeps;
 * where the system does not let one be made, the test does not run.
 */
final class SmallDisk implements AutoCloseable {

    private static final int LIFE_SECONDS = 600;
    private static final int CHUNK_BYTES = 1 << 12;

    private final Process sleeper;
    private final Path place;

    private SmallDisk(Process sleeper, Path place) {
        this.sleeper = sleeper;
        this.place = place;
    }

    /** @param place an empty directory */
    static SmallDisk open(Path place, int mebibytes) throws IOException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "namespaces are Linux's");
        Process sleeper;
        try {
            sleeper = new ProcessBuilder("unshare", "--map-root-user", "--mount", "sh", "-c",
                    "mount -t tmpfs -o size=" + mebibytes + "m tmpfs \"$0\" && echo ready && exec sleep "
                            + LIFE_SECONDS, place.toString()).redirectErrorStream(true).start();
        } catch (IOException absent) {
            Assumptions.abort("no unshare: " + absent.getMessage());
            throw absent;
        }
        BufferedReader said = sleeper.inputReader();
        String line = said.readLine();
        if (!"ready".equals(line)) {
            sleeper.destroyForcibly();
            Assumptions.abort("no file system of its own: " + line);
        }
        return new SmallDisk(sleeper, place);
    }

    /** Where it is for those that {@link #launcher} begins. */
    Path place() {
        return place;
    }

    /** Where it is for everybody else. */
    Path root() {
        return Path.of("/proc/" + sleeper.pid() + "/root" + place);
    }

    /** Begins commands that are to see it. */
    List<String> launcher() {
        return List.of("nsenter", "--target", Long.toString(sleeper.pid()), "--user", "--preserve-credentials",
                "--mount", "--");
    }

    /** Takes all room but so much. */
    void fill(long leftBytes) throws IOException {
        try (OutputStream ballast = Files.newOutputStream(
                root().resolve("ballast"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (Files.getFileStore(root()).getUsableSpace() > leftBytes) {
                ballast.write(new byte[CHUNK_BYTES]);
            }
        }
    }

    void makeRoom() throws IOException {
        Files.delete(root().resolve("ballast"));
    }

    @Override
    public void close() {
        sleeper.destroyForcibly();
    }
}
