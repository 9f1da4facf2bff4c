package quern.kv.journal;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Ids of records that have no content to be named by. */
public final class RecordId {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong LAST = new AtomicLong();
    private static final int RANDOM_BYTES = 6;

    private RecordId() {}

    /** {@code prefix}, then 12 hex digits that grow with time, then 12 random ones: id order is order of creation. */
    public static String next(String prefix) {
        long nowMs = System.currentTimeMillis();
        long stamp = LAST.updateAndGet(last -> Math.max(last + 1, nowMs));
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        HexFormat hex = HexFormat.of();
        return prefix + hex.toHexDigits(stamp, 12) + hex.formatHex(random);
    }
}
