package quern.actors.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.inference.cache.TierRates;
import quern.kv.BlockPool.Tier;

/**
 * Begins an engine's rates of loading where the last process left them, and writes them down while it serves: after the
 * first loads that count and then at most once a minute, so that a kill loses little. Runs on the threads that load.
 */
final class RatesKeeper implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(RatesKeeper.class);
    private static final long PAUSE_NANOS = 60_000_000_000L;

    private final TierRatesFile file;
    private final String of;
    private final TierRates rates;
    private final LongSupplier nanoClock;
    private final AtomicLong dueNanos;

    private RatesKeeper(TierRatesFile file, String of, TierRates rates, LongSupplier nanoClock) {
        this.file = file;
        this.of = of;
        this.rates = rates;
        this.nanoClock = nanoClock;
        this.dueNanos = new AtomicLong(nanoClock.getAsLong());
    }

    /** All that times depend on, as a hash. @param blocks where blocks are stored */
    static String named(Path blocks, String... others) {
        try {
            Path existing = blocks.toAbsolutePath();
            while (!Files.exists(existing)) {
                existing = existing.getParent();
            }
            FileStore disk = Files.getFileStore(existing);
            String all = String.join("\n", disk.name(), disk.type(), String.join("\n", others));
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException unknown) {
            throw new UncheckedIOException(unknown);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @param of names all that the times depend on */
    static void attach(TierRatesFile file, String of, TierRates rates, LongSupplier nanoClock) {
        rates.recall(file.recall(of));
        rates.tell(new RatesKeeper(file, of, rates, nanoClock));
    }

    @Override
    public void run() {
        long now = nanoClock.getAsLong();
        long due = dueNanos.get();
        if (now - due < 0) {
            return;
        }
        Map<Tier, Long> settled = rates.settled();
        if (settled.isEmpty() || !dueNanos.compareAndSet(due, now + PAUSE_NANOS)) {
            return;
        }
        try {
            file.remember(of, settled);
        } catch (IOException unwritable) {
            LOG.warn("rates of the tiers are not kept: {}", unwritable.toString());
        }
    }
}
