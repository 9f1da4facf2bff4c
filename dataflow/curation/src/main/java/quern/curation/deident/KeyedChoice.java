package quern.curation.deident;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Numbers that depend on a key and a value only: HMAC-SHA-256 of the value, and of a counter behind it when more are
 * needed. One owner, one thread.
 */
final class KeyedChoice {

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;
    private final byte[] seed;
    private byte[] block;
    private int at;
    private int blocks;

    private KeyedChoice(byte[] key, byte[] seed) {
        this.key = key;
        this.seed = seed;
        this.block = new byte[0];
    }

    /**
     * @param domain what the numbers are for, so that equal values of different kinds differ
     * @param attempt 0, and more where the choice before could not be taken
     */
    static KeyedChoice of(byte[] key, String domain, String value, int attempt) {
        return new KeyedChoice(key, (domain + '\u0000' + attempt + '\u0000' + value).getBytes(StandardCharsets.UTF_8));
    }

    /** A number from 0 to {@code bound - 1}. */
    int next(int bound) {
        long value = 0;
        for (int i = 0; i < 6; i++) {
            value = value << 8 | nextByte();
        }
        return (int) (value % bound);
    }

    char nextOf(String characters) {
        return characters.charAt(next(characters.length()));
    }

    <T> T nextOf(T[] items) {
        return items[next(items.length)];
    }

    private int nextByte() {
        if (at == block.length) {
            block = hmac();
            at = 0;
        }
        return block[at++] & 0xFF;
    }

    private byte[] hmac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(seed);
            mac.update((byte) blocks++);
            return mac.doFinal();
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
