package quern.curation.deident;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import quern.kv.AtomicFile;

/** The key of surrogates: a file's content without white space around it, or a word. */
public final class SecretKey {

    /** Its name in a data directory. */
    public static final String FILE = "deident.key";

    private static final int KEY_BYTES = 32;
    private static final int KEY_BYTES_MIN = 8;
    private static final int KEY_BYTES_MAX = 4096;

    private SecretKey() {}

    /** @throws IllegalArgumentException if it is too short to be a secret */
    public static byte[] of(String word) {
        byte[] key = word.strip().getBytes(StandardCharsets.UTF_8);
        if (key.length < KEY_BYTES_MIN) {
            throw new IllegalArgumentException("the key has " + key.length + " bytes, expected at least "
                    + KEY_BYTES_MIN);
        }
        return key;
    }

    /** @throws IllegalArgumentException if the file cannot be read or holds no key */
    public static byte[] read(Path file) {
        try {
            if (Files.size(file) > KEY_BYTES_MAX) {
                throw new IllegalArgumentException(file + " has " + Files.size(file) + " bytes, a key at most "
                        + KEY_BYTES_MAX);
            }
            return of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException absent) {
            throw new IllegalArgumentException("no key file " + file, absent);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("key file " + file + " cannot be read", unreadable);
        }
    }

    /** The key of a data directory, made at random (mode 0600) when it is first asked for. */
    public static synchronized byte[] ofDirectory(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            try {
                Files.createDirectories(directory);
                AtomicFile.write(file, HexFormat.of().formatHex(random) + "\n");
            } catch (IOException unwritable) {
                throw new IllegalArgumentException("key file " + file + " cannot be written", unwritable);
            }
        }
        return read(file);
    }
}
