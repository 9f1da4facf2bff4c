package quern.kv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a tier takes writes. It closes after some failed writes in a row (a full disk), saying so once, and opens by
 * itself: ten seconds later at the earliest the next write tries whether there is room again. Reads go on all the
 * while. Thread-safe.
 */
final class TierDoor {

    static final long PROBE_NANOS = 10_000_000_000L;
    static final int PROBE_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(TierDoor.class);
    private static final int FAILURES_MAX = 3;

    private final String tier;
    private final Path directory;
    private final LongSupplier nanoClock;
    private int failures;
    private String reason;
    private long probedAt;

    /** What else has to be done before writes can be tried again. */
    @FunctionalInterface
    interface Reopening {
        void run() throws IOException;
    }

    /** @param nanoClock never goes back */
    TierDoor(String tier, Path directory, LongSupplier nanoClock) {
        this.tier = tier;
        this.directory = directory;
        this.nanoClock = nanoClock;
    }

    /** Whether a write may be tried now. */
    synchronized boolean open(Reopening reopening) {
        if (reason == null) {
            return true;
        }
        long now = nanoClock.getAsLong();
        long waited = now - probedAt;
        if (waited >= 0 && waited < PROBE_NANOS) {
            return false;
        }
        probedAt = now;
        try {
            probeSpace();
            reopening.run();
        } catch (IOException | RuntimeException e) {
            return false;
        }
        LOG.info("{} tier takes blocks again", tier);
        reason = null;
        failures = 0;
        return true;
    }

    /** The last write went well. */
    synchronized void succeeded() {
        failures = 0;
    }

    /** A write failed. @return whether the tier takes no more of them now */
    synchronized boolean failed(Exception failure) {
        if (++failures < FAILURES_MAX || reason != null) {
            return reason != null;
        }
        reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        probedAt = nanoClock.getAsLong();
        LOG.warn("{} tier takes no more blocks until {} has room: {}", tier, directory, reason);
        return true;
    }

    /** Why the tier takes no blocks, if it does not. */
    synchronized Optional<String> closed() {
        return Optional.ofNullable(reason).map(why -> tier + " tier takes no blocks: " + why);
    }

    private void probeSpace() throws IOException {
        Path probe = directory.resolve("probe");
        try (FileChannel channel = FileChannel.open(
                probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
            channel.force(true);
        }
    }
}
