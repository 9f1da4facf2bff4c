package quern.kv.vault;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The name under which the vault keeps an item's key: its collection and the first 16 bytes of the SHA-256 of
 * collection and id.
 */
public record ItemRef(KeyCollection collection, long high, long low) {

    private static final int NAME_DIGITS = 16;

    static final int BYTES = 1 + 2 * Long.BYTES;

    public static ItemRef of(KeyCollection collection, String id) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(collection.label().getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            ByteBuffer digest = ByteBuffer.wrap(sha.digest(id.getBytes(StandardCharsets.UTF_8)));
            return new ItemRef(collection, digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Collection code and hash. */
    byte[] bytes() {
        return ByteBuffer.allocate(BYTES).put(collection.code()).putLong(high).putLong(low).array();
    }

    /** The whole name, as {@link #parse} reads it. */
    public String text() {
        return collection.label() + "/" + HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }

    /** @throws IllegalArgumentException unless it is what {@link #text} wrote */
    public static ItemRef parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.length() - slash - 1 != 2 * NAME_DIGITS) {
            throw new IllegalArgumentException("'" + text + "' names no item, expected COLLECTION/32 hex digits");
        }
        return new ItemRef(KeyCollection.valueOf(text.substring(0, slash).toUpperCase(Locale.ROOT)),
                HexFormat.fromHexDigitsToLong(text, slash + 1, slash + 1 + NAME_DIGITS),
                HexFormat.fromHexDigitsToLong(text, slash + 1 + NAME_DIGITS, text.length()));
    }

    @Override
    public String toString() {
        return collection.label() + "/" + HexFormat.of().toHexDigits(high);
    }
}
