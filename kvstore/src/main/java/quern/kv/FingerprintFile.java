package quern.kv;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Fingerprints of models by the stamps their files had: what was hashed once need not be hashed at each start. A cache:
 * it may be deleted, is ignored when it cannot be read, and forgets the entries used longest ago. Several processes may
 * use one file; the last writer wins.
 */
public final class FingerprintFile {

    /** Its name in a data directory. */
    public static final String NAME = "fingerprints.json";

    private static final int ENTRIES_MAX = 64;
    private static final long BYTES_MAX = 4 << 20;
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private record Entry(String fingerprint, List<FileStamp> files, long usedAtMs) {}

    private final Path file;

    private FingerprintFile(Path file) {
        this.file = file;
    }

    /** @param data a data directory; need not exist before {@link #remember} */
    public static FingerprintFile in(Path data) {
        return new FingerprintFile(data.resolve(NAME));
    }

    /** The fingerprint of files whose stamps are all as they were. */
    public Optional<String> recall(List<FileStamp> files) {
        return entries().stream().filter(entry -> entry.files().equals(files)).map(Entry::fingerprint).findFirst();
    }

    /** @throws IOException if the file cannot be written; nothing but speed is lost then */
    public void remember(List<FileStamp> files, String fingerprint) throws IOException {
        if (files.isEmpty()) {
            return;
        }
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(fingerprint, List.copyOf(files), System.currentTimeMillis()));
        // A model whose files changed has one entry, the newest.
        List<String> paths = files.stream().map(FileStamp::path).toList();
        entries().stream()
                .filter(entry -> !entry.files().stream().map(FileStamp::path).toList().equals(paths))
                .sorted(Comparator.comparingLong(Entry::usedAtMs).reversed())
                .limit(ENTRIES_MAX - 1)
                .forEach(entries::add);
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, JSON.writeValueAsBytes(entries));
    }

    /** Tells another memory all this one holds. */
    public void copyTo(FingerprintFile other) throws IOException {
        for (Entry entry : entries().reversed()) {
            other.remember(entry.files(), entry.fingerprint());
        }
    }

    private List<Entry> entries() {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
                return List.of();
            }
            List<Entry> read = JSON.readValue(Files.readAllBytes(file), new TypeReference<List<Entry>>() {});
            return read.stream().filter(FingerprintFile::isWhole).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static boolean isWhole(Entry entry) {
        return entry != null && entry.files() != null && !entry.files().isEmpty()
                && entry.fingerprint() != null && entry.fingerprint().matches("[0-9a-f]{64}");
    }
}
