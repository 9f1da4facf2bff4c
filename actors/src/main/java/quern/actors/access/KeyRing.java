package quern.actors.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import quern.actors.Caller;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * The keys of this appliance. A key is {@code qk-ID-SECRET} with 256 random bits of secret; only its SHA-256 is kept,
 * and compared in constant time. The admin's own is written once to {@code admin.key}, readable by its owner alone.
 */
public final class KeyRing {

    /** Name of the admin key's file in the data directory. */
    public static final String ADMIN_FILE = "admin.key";

    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 6;
    private static final int KEY_CHARS_MAX = 128;

    private record Entry(Caller caller, byte[] hash) {}

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    private KeyRing() {}

    /** Makes the admin key if there is none yet. */
    public static KeyRing open(Path data) {
        var ring = new KeyRing();
        ring.add(ring.adminKey(data.resolve(ADMIN_FILE)), true);
        return ring;
    }

    /** Who holds the key; empty when it is unknown or revoked. */
    public Optional<Caller> holder(String key) {
        String id = idOf(key);
        Entry entry = id == null ? null : entries.get(id);
        byte[] hash = hash(key);
        return entry != null && MessageDigest.isEqual(hash, entry.hash())
                ? Optional.of(entry.caller()) : Optional.empty();
    }

    private void add(String key, boolean admin) {
        String id = idOf(key);
        if (id == null) {
            throw new QuernException(Category.FATAL, ADMIN_FILE + " does not hold a key of the form qk-ID-SECRET");
        }
        entries.put(id, new Entry(new Caller(id, admin), hash(key)));
    }

    private String adminKey(Path file) {
        try {
            if (Files.exists(file)) {
                return Files.readString(file, StandardCharsets.US_ASCII).strip();
            }
            String key = newKey();
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, key + "\n", StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            return key;
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "cannot read or write " + file + ": " + e.getMessage(), e);
        }
    }

    private String newKey() {
        byte[] id = new byte[ID_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(id);
        random.nextBytes(secret);
        return "qk-" + HexFormat.of().formatHex(id) + "-"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private static String idOf(String key) {
        int second = key.indexOf('-', 3);
        boolean formed = key.length() <= KEY_CHARS_MAX && key.startsWith("qk-") && second > 3;
        return formed ? "key_" + key.substring(3, second) : null;
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
