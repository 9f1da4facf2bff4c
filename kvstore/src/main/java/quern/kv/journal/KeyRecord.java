package quern.kv.journal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An API key, without its secret.
 *
 * @param salt 16 random bytes, in hex
 * @param hash SHA-256 of salt and token, in hex
 * @param scopes what it may do; {@link #ADMIN} may everything
 * @param tenant whose cached prompts it shares with other keys of that tenant; absent: nobody's
 * @param labels what records it makes are labelled with
 */
public record KeyRecord(
        String id,
        String name,
        String salt,
        String hash,
        List<String> scopes,
        Optional<String> tenant,
        Set<String> labels,
        long createdAtMs,
        boolean revoked) {

    public static final String ADMIN = "admin";

    private static final String PREFIX = "qk-";
    private static final int SECRET_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /**
     * A new key.
     *
     * @param token what the client sends; shown once, stored nowhere
     */
    public record Issued(KeyRecord key, String token) {}

    public static Issued issue(
            String name, List<String> scopes, Optional<String> tenant, Set<String> labels, long nowMs) {
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[SECRET_BYTES];
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(secret);
        random.nextBytes(salt);
        String id = RecordId.next("key");
        String token = PREFIX + id + "-" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String saltHex = HexFormat.of().formatHex(salt);
        String hash = HexFormat.of().formatHex(hash(saltHex, token));
        return new Issued(new KeyRecord(id, name, saltHex, hash, scopes, tenant, labels, nowMs, false), token);
    }

    /** The key id inside a token, to look the record up; empty if it has not a token's form. */
    public static Optional<String> idIn(String token) {
        int end = token.indexOf('-', PREFIX.length());
        return token.startsWith(PREFIX) && end > PREFIX.length() && end - PREFIX.length() <= 64
                ? Optional.of(token.substring(PREFIX.length(), end))
                : Optional.empty();
    }

    /** Whether the token is this key's and the key is not revoked; takes the same time for every wrong token. */
    public boolean accepts(String token) {
        boolean equal = MessageDigest.isEqual(hash(salt, token), HexFormat.of().parseHex(hash));
        return equal && !revoked;
    }

    public boolean admin() {
        return scopes.contains(ADMIN);
    }

    public KeyRecord revokedNow() {
        return new KeyRecord(id, name, salt, hash, scopes, tenant, labels, createdAtMs, true);
    }

    private static byte[] hash(String salt, String token) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(HexFormat.of().parseHex(salt));
            return sha.digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
