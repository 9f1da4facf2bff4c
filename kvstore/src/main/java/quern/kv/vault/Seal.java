package quern.kv.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One AES-256 key at work: {@code nonce:12 ciphertext tag:16}, the nonce random. With random nonces one key may seal
 * 2^32 pieces (NIST SP 800-38D, 8.3); an item's pieces are up to 64 KiB each and its key seals nothing else. What seals
 * pieces without end takes {@link KeyGenerations}.
 *
 * <p>Works on heap arrays: the JDK's GCM is about twice as fast there as on direct buffers. Thread-safe.
 */
public final class Seal {

    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int KEY_BYTES = 32;

    /** What a sealed piece takes beyond its bytes. */
    public static final int OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(Seal::cipher);

    private final SecretKeySpec key;
    private final String name;

    /** @param name whose key it is, for messages */
    Seal(byte[] key, String name) {
        this.key = new SecretKeySpec(key, "AES");
        this.name = name;
    }

    /** A key that lives only in this process. */
    public static Seal ofThisProcess(String name) {
        return new Seal(randomBytes(KEY_BYTES), name);
    }

    /** A key made of this one, from which this one cannot be found again. */
    Seal derived(int generation) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
            return new Seal(mac.doFinal(("quern key generation " + generation).getBytes(StandardCharsets.US_ASCII)),
                    name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * Seals {@code count} bytes into {@code into} from {@code at} on.
     *
     * @param context what the piece is and where it belongs; it opens only under the same
     * @return bytes written: {@code count + OVERHEAD_BYTES}
     */
    public int seal(byte[] plain, int from, int count, byte[] into, int at, byte[] context) {
        try {
            byte[] nonce = randomBytes(NONCE_BYTES);
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
            cipher.updateAAD(context);
            System.arraycopy(nonce, 0, into, at, NONCE_BYTES);
            return NONCE_BYTES + cipher.doFinal(plain, from, count, into, at + NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing with the key of " + name + " failed", e);
        }
    }

    public byte[] seal(byte[] plain, byte[] context) {
        byte[] sealed = new byte[plain.length + OVERHEAD_BYTES];
        seal(plain, 0, plain.length, sealed, 0, context);
        return sealed;
    }

    /**
     * Opens {@code count} sealed bytes.
     *
     * @return bytes written: {@code count - OVERHEAD_BYTES}
     * @throws SealBroken if they are not what was sealed with this key in this context
     */
    public int open(byte[] sealed, int from, int count, byte[] into, int at, byte[] context) {
        if (count < OVERHEAD_BYTES) {
            throw new SealBroken("sealed piece of " + name + " has " + count + " bytes, expected at least "
                    + OVERHEAD_BYTES);
        }
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, sealed, from, NONCE_BYTES));
            cipher.updateAAD(context);
            return cipher.doFinal(sealed, from + NONCE_BYTES, count - NONCE_BYTES, into, at);
        } catch (AEADBadTagException e) {
            throw new SealBroken("sealed piece of " + name + " (" + count
                    + " bytes) does not open: expected the tag of what was stored, found another", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening with the key of " + name + " failed", e);
        }
    }

    public byte[] open(byte[] sealed, byte[] context) {
        byte[] plain = new byte[Math.max(0, sealed.length - OVERHEAD_BYTES)];
        open(sealed, 0, sealed.length, plain, 0, context);
        return plain;
    }
}
