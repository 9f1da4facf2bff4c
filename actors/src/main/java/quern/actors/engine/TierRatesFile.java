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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quern.kv.AtomicFile;
import quern.kv.BlockPool.Tier;

/**
 * How long blocks took from each tier, by all that this depends on: a start decides by it until it has measured itself,
 * and need not learn from its first loads, which wait for the compiler. A cache: it may be deleted, is ignored when it
 * cannot be read, forgets what is older than {@link #AGE_MAX} and the oldest beyond {@value #ENTRIES_MAX}. What the
 * times depend on is kept as a hash alone, so it tells of no model. Engines of one process may share it.
 */
final class TierRatesFile {

    /** Its name in a data directory. */
    static final String NAME = "tier-rates.json";

    /** After which a machine may have changed. */
    static final Duration AGE_MAX = Duration.ofDays(30);

    private static final int ENTRIES_MAX = 64;
    private static final long BYTES_MAX = 1 << 20;
    private static final long NANOS_MAX = 60_000_000_000L;
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    /** Engines of one process that write at the same time keep each other's. */
    private static final Object WRITING = new Object();

    private record Entry(String of, long warmNanos, long coldNanos, long measuredAtMs) {}

    private final Path file;
    private final Clock clock;

    /** @param directory need not exist before {@link #remember} */
    TierRatesFile(Path directory, Clock clock) {
        this.file = directory.resolve(NAME);
        this.clock = clock;
    }

    /** @param of names all that the times depend on */
    Map<Tier, Long> recall(String of) {
        Map<Tier, Long> nanos = new EnumMap<>(Tier.class);
        entries().stream().filter(entry -> entry.of().equals(of)).findFirst().ifPresent(entry -> {
            nanos.put(Tier.WARM, entry.warmNanos());
            nanos.put(Tier.COLD, entry.coldNanos());
        });
        nanos.values().removeIf(value -> value == 0);
        return nanos;
    }

    /**
     * Keeps these times; a tier that is not among them keeps its own.
     *
     * @throws IOException if the file cannot be written; nothing but speed is lost then
     */
    void remember(String of, Map<Tier, Long> nanos) throws IOException {
        synchronized (WRITING) {
            Map<Tier, Long> all = new EnumMap<>(Tier.class);
            all.putAll(recall(of));
            all.putAll(nanos);
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(
                    of, all.getOrDefault(Tier.WARM, 0L), all.getOrDefault(Tier.COLD, 0L), clock.millis()));
            entries().stream().filter(entry -> !entry.of().equals(of))
                    .sorted(Comparator.comparingLong(Entry::measuredAtMs).reversed())
                    .limit(ENTRIES_MAX - 1)
                    .forEach(entries::add);
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, JSON.writeValueAsBytes(entries));
        }
    }

    private List<Entry> entries() {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
                return List.of();
            }
            List<Entry> read = JSON.readValue(Files.readAllBytes(file), new TypeReference<List<Entry>>() {});
            return read == null ? List.of() : read.stream().filter(this::isWhole).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private boolean isWhole(Entry entry) {
        return entry != null && entry.of() != null && isTime(entry.warmNanos()) && isTime(entry.coldNanos())
                && Math.abs(clock.millis() - entry.measuredAtMs()) <= AGE_MAX.toMillis();
    }

    private static boolean isTime(long nanos) {
        return nanos >= 0 && nanos <= NANOS_MAX;
    }
}
