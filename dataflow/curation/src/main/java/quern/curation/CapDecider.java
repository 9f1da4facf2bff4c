package quern.curation;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Decides for one {@link SourceCap} of a stage, sample by sample in input order. Every sample that goes on is noted in
 * a log on disk, which is part of the checkpoint: after a kill the counts are those of the checkpoint. One thread.
 */
final class CapDecider implements AutoCloseable {

    private static final int ENTRY_BYTES = 3 * Long.BYTES;

    private final SourceCap cap;
    private final SourceCounts counts;
    private final AppendFile log;
    private final byte[] entry = new byte[ENTRY_BYTES];

    /** @param name of the log in the run's directory */
    CapDecider(Path directory, String name, SourceCap cap, long memoryBytes, Map<String, Long> lengths) {
        this.cap = cap;
        this.counts = new SourceCounts(memoryBytes);
        this.log = new AppendFile(directory.resolve(name), lengths.getOrDefault(name, 0L));
        replay();
    }

    private void replay() {
        try (InputStream file = Files.newInputStream(log.path());
                DataInputStream entries = new DataInputStream(new java.io.BufferedInputStream(file, 1 << 16))) {
            for (long left = log.length(); left >= ENTRY_BYTES; left -= ENTRY_BYTES) {
                counts.add(new SourceCounts.Key(entries.readLong(), entries.readLong()), entries.readLong());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(log.path().toString(), e);
        }
    }

    /** The verdict; a sample that is kept counts from then on. */
    Verdict decide(Draft draft) {
        SourceCounts.Key key = SourceCounts.Key.of(cap.sourceOf(draft));
        long bytes = FieldPath.get(draft.fields(), cap.textKey()) instanceof TextNode text
                ? Utf8.bytes(text.textValue()) : 0;
        Verdict verdict = judge(counts.samples(key) + 1, counts.bytes(key) + bytes);
        if (!counts.isExact(key)) {
            draft.note("sources counted together");
        }
        if (verdict instanceof Verdict.Keep) {
            ByteBuffer.wrap(entry).putLong(key.high()).putLong(key.low()).putLong(bytes);
            log.append(entry, ENTRY_BYTES);
            counts.add(key, bytes);
        }
        return verdict;
    }

    private Verdict judge(long samples, long bytes) {
        SourceCap.Limits limits = cap.limits();
        if (samples > limits.samples()) {
            return new Verdict.Drop("source has its samples", samples, limits.samples());
        }
        if (bytes > limits.bytes()) {
            return new Verdict.Drop("source has its bytes", bytes, limits.bytes());
        }
        double share = (double) samples / (counts.total() + 1);
        return samples > limits.shareFrom() && share > limits.share()
                ? new Verdict.Drop("source has its share", share, limits.share()) : Verdict.keep();
    }

    void force() {
        log.force();
    }

    void lengths(Map<String, Long> into) {
        into.put(log.path().getFileName().toString(), log.length());
    }

    @Override
    public void close() {
        log.close();
    }
}
