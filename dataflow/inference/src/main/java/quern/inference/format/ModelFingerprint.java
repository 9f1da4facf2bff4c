package quern.inference.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.kv.FileStamp;
import quern.kv.FingerprintFile;

/**
 * The fingerprint of the model at a path, recalled where its files have not changed since it was computed, else
 * computed and remembered. Taken before the model is opened, so that a file replaced in between cannot pass for the
 * one that was mapped.
 */
public final class ModelFingerprint {

    /** Told how many bytes of how many were hashed. */
    @FunctionalInterface
    public interface Progress {
        void hashed(long doneBytes, long totalBytes);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ModelFingerprint.class);
    private static final long WAIT_NS_MAX = TimeUnit.MILLISECONDS.toNanos(2500);

    private final Path path;
    private final Optional<List<FileStamp>> before;

    private ModelFingerprint(Path path, Optional<List<FileStamp>> before) {
        this.path = path;
        this.before = before;
    }

    /** Looks at the files; waits a moment for files written just now, whose next change might not show yet. */
    public static ModelFingerprint before(Path path) {
        return new ModelFingerprint(path, settled(path));
    }

    private static Optional<List<FileStamp>> settled(Path path) {
        Optional<List<FileStamp>> stamps = stamps(path);
        long waitNs = stamps.map(ModelFingerprint::unsettledNs).orElse(0L);
        if (waitNs > WAIT_NS_MAX) {
            return Optional.empty();
        }
        if (waitNs <= 0) {
            return stamps;
        }
        long until = System.nanoTime() + waitNs;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        return stamps(path).filter(again -> unsettledNs(again) <= 0);
    }

    private static long unsettledNs(List<FileStamp> stamps) {
        var now = java.time.Instant.now();
        long nowNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        return stamps.stream().mapToLong(FileStamp::settledAtNs).max().orElse(nowNs) - nowNs;
    }

    private static Optional<List<FileStamp>> stamps(Path path) {
        try {
            return Optional.of(FileStamp.ofAll(path));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /**
     * @param opened the model, opened from the path after {@link #before}
     * @param memory asked, and told what had to be computed
     */
    public String of(StoredModel opened, FingerprintFile memory, Progress progress) {
        Optional<List<FileStamp>> same = unchanged();
        Optional<String> known = same.flatMap(memory::recall);
        if (known.isPresent()) {
            return known.get();
        }
        String computed = opened.fingerprint(progress);
        same.flatMap(stamps -> unchanged()).ifPresent(stamps -> {
            try {
                memory.remember(stamps, computed);
            } catch (IOException failed) {
                LOG.warn("fingerprint of {} is not remembered: {}", path, failed.getMessage());
            }
        });
        return computed;
    }

    /** The stamps, if they are still those taken before the model was opened. */
    public Optional<List<FileStamp>> unchanged() {
        return before.filter(stamps -> stamps(path).equals(before));
    }
}
