package quern.actors.models;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import quern.kv.AtomicFile;
import quern.kv.FileStamp;

/**
 * What an unfinished import has copied: the file {@code .partial} beside its directory.
 *
 * @param name of the model
 * @param source stamps of its files, as they were before the first byte was read
 * @param steps what is forced to disk, in the order it was copied
 */
record PartialRecord(String name, List<FileStamp> source, long totalBytes, List<Step> steps) {

    /**
     * @param part index of the {@link CopyPart}
     * @param offset in its target, in bytes
     * @param crc32c of the bytes, as they were read from the source
     */
    record Step(int part, long offset, long bytes, int crc32c) {}

    static final String ENDING = ".partial";
    private static final long BYTES_MAX = 64 << 20;
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    static Path beside(Path directory) {
        return directory.resolveSibling(directory.getFileName() + ENDING);
    }

    /** Empty: there is none, or it cannot be read. */
    static Optional<PartialRecord> read(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > BYTES_MAX) {
                return Optional.empty();
            }
            PartialRecord read = JSON.readValue(Files.readAllBytes(file), PartialRecord.class);
            return Optional.ofNullable(read)
                    .filter(record -> record.name != null && record.source != null && record.steps != null);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        AtomicFile.write(file, JSON.writeValueAsBytes(this));
    }

    long forcedBytes() {
        return steps.stream().mapToLong(Step::bytes).sum();
    }
}
