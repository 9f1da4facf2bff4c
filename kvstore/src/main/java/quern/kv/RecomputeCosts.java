package quern.kv;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cost of computing blocks again, by layout; so models of one layout, which have one shape, share theirs. What was
 * measured is kept beside the blocks and values those of models that are not loaded, too. A cache: the file may be
 * deleted, is ignored when it cannot be read, and forgets what is older than {@link #AGE_MAX}. It tells layouts by
 * their fingerprints alone. Thread-safe.
 */
final class RecomputeCosts {

    static final String NAME = "costs.json";

    /** After which a machine may have changed. */
    static final Duration AGE_MAX = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(RecomputeCosts.class);
    private static final long BYTES_MAX = 1 << 20;
    private static final int ENTRIES_MAX = 1000;
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private record Entry(double firstNanosPerByte, double doublingTokens, long measuredAtMs) {

        private RecomputeCost.Measured measured() {
            return new RecomputeCost.Measured(firstNanosPerByte, doublingTokens);
        }
    }

    private final Optional<Path> file;
    private final int blockTokens;
    private final LongSupplier clockMs;
    private final Map<Long, RecomputeCost> costs = new HashMap<>();
    /** By the layout's fingerprint as text; read when the first cost is wanted. */
    private Optional<Map<String, Entry>> kept = Optional.empty();

    private RecomputeCosts(Optional<Path> file, int blockTokens, LongSupplier clockMs) {
        this.file = file;
        this.blockTokens = blockTokens;
        this.clockMs = clockMs;
    }

    /** @param directory need not exist before {@link #measured} */
    static RecomputeCosts in(Path directory, int blockTokens, LongSupplier clockMs) {
        return new RecomputeCosts(Optional.of(directory.resolve(NAME)), blockTokens, clockMs);
    }

    /** Keeps nothing over a restart. */
    static RecomputeCosts inMemory(int blockTokens) {
        return new RecomputeCosts(Optional.empty(), blockTokens, System::currentTimeMillis);
    }

    /** The cost of one layout, the same object each time. */
    synchronized RecomputeCost of(long layout) {
        return costs.computeIfAbsent(layout, absent -> new RecomputeCost(blockTokens, Optional.ofNullable(
                kept().get(name(layout))).map(Entry::measured).orElse(RecomputeCost.UNKNOWN)));
    }

    /** Takes note of a measurement, here and on disk. */
    void measured(long layout, RecomputeCost.Measured latest) {
        Map<String, Entry> all;
        synchronized (this) {
            of(layout).measured(latest);
            kept().put(name(layout), new Entry(latest.firstNanos(), latest.doublingTokens(), clockMs.getAsLong()));
            all = Map.copyOf(kept());
        }
        if (file.isEmpty()) {
            return;
        }
        try {
            OwnerOnly.createDirectories(file.get().getParent());
            AtomicFile.write(file.get(), JSON.writeValueAsBytes(all));
        } catch (IOException unwritable) {
            LOG.warn("what blocks cost to compute is not kept: {}", unwritable.toString());
        }
    }

    private static String name(long layout) {
        return String.format("%016x", layout);
    }

    private Map<String, Entry> kept() {
        if (kept.isEmpty()) {
            Map<String, Entry> read = new TreeMap<>();
            file.ifPresent(path -> read.putAll(read(path)));
            read.values().removeIf(entry -> entry == null || !entry.measured().isSound()
                    || Math.abs(clockMs.getAsLong() - entry.measuredAtMs()) > AGE_MAX.toMillis());
            kept = Optional.of(read);
        }
        return kept.get();
    }

    private static Map<String, Entry> read(Path path) {
        try {
            if (!Files.isRegularFile(path) || Files.size(path) > BYTES_MAX) {
                return Map.of();
            }
            Map<String, Entry> read = JSON.readValue(Files.readAllBytes(path), new TypeReference<>() {});
            return read == null || read.size() > ENTRIES_MAX ? Map.of() : read;
        } catch (IOException unreadable) {
            return Map.of();
        }
    }
}
