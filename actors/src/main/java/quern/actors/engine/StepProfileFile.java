package quern.actors.engine;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import quern.inference.engine.StepProfile;
import quern.kv.AtomicFile;

/**
 * Step profiles by what was measured: a start that finds its own need not measure again, and what was measured on warm
 * kernels is truer than what a start could. A cache: it may be deleted, is ignored when it cannot be read, forgets
 * what is older than {@link #AGE_MAX} and the oldest beyond {@value #ENTRIES_MAX}. Several processes may use one file;
 * the last writer wins.
 */
final class StepProfileFile {

    /** Its name in a data directory. */
    static final String NAME = "step-profiles.json";

    /** After which a machine may have changed. */
    static final Duration AGE_MAX = Duration.ofDays(30);

    private static final int ENTRIES_MAX = 64;
    private static final long BYTES_MAX = 1 << 20;
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private record Entry(String of, List<StepProfile.Point> points, long measuredAtMs) {}

    private final Path file;
    private final Clock clock;

    /** @param directory need not exist before {@link #remember} */
    StepProfileFile(Path directory, Clock clock) {
        this.file = directory.resolve(NAME);
        this.clock = clock;
    }

    /** @param of names all that the time of a step depends on */
    Optional<StepProfile> recall(String of) {
        return entries().stream().filter(entry -> entry.of().equals(of)).map(entry -> new StepProfile(entry.points()))
                .findFirst();
    }

    /** @throws IOException if the file cannot be written; nothing but speed is lost then */
    void remember(String of, StepProfile profile) throws IOException {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(of, profile.points(), clock.millis()));
        entries().stream().filter(entry -> !entry.of().equals(of))
                .sorted(Comparator.comparingLong(Entry::measuredAtMs).reversed())
                .limit(ENTRIES_MAX - 1)
                .forEach(entries::add);
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, JSON.writeValueAsBytes(entries));
    }

    private List<Entry> entries() {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
                return List.of();
            }
            List<Entry> read = JSON.readValue(Files.readAllBytes(file), new TypeReference<List<Entry>>() {});
            return read.stream().filter(this::isWhole).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private boolean isWhole(Entry entry) {
        if (entry == null || entry.of() == null || entry.points() == null || entry.points().isEmpty()
                || Math.abs(clock.millis() - entry.measuredAtMs()) > AGE_MAX.toMillis()) {
            return false;
        }
        int rows = 0;
        for (StepProfile.Point point : entry.points()) {
            if (point == null || point.rows() <= rows || point.nanos() <= 0) {
                return false;
            }
            rows = point.rows();
        }
        return true;
    }
}
