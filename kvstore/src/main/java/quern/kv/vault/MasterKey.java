package quern.kv.vault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.EncryptionConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * The key that opens all others: 64 hexadecimal digits in a file of mode 0600, or given at start. Beside the data it
 * protects copies of everything but itself and makes erasure final; against whoever has the whole machine it must be
 * given from outside.
 */
final class MasterKey {

    /** Its file in the data directory, where none is given. */
    static final String FILE = "master.key";
    static final String VARIABLE = "QUERN_MASTER_KEY";

    private static final int FILE_BYTES_MAX = 4096;

    private final byte[] key;
    private final String source;
    private final Optional<Path> ownFile;

    private MasterKey(byte[] key, String source, Optional<Path> ownFile) {
        this.key = key;
        this.source = source;
        this.ownFile = ownFile;
    }

    /**
     * The keys on offer, best first: one from the environment, else from {@code encryption.key-file}, else from the
     * directory's own file, which holds two while it is being replaced. Empty where there is none.
     */
    static List<MasterKey> offered(Path data, EncryptionConfig config, Map<String, String> environment) {
        String given = environment.get(VARIABLE);
        if (given != null && !given.isBlank()) {
            return List.of(new MasterKey(parse(given, VARIABLE), VARIABLE, Optional.empty()));
        }
        boolean named = config.keyFile().isPresent();
        Path file = named ? config.keyFile().get() : data.resolve(FILE);
        if (!named && !Files.exists(file)) {
            return List.of();
        }
        List<MasterKey> keys = new ArrayList<>();
        for (String line : lines(file)) {
            keys.add(new MasterKey(parse(line, file.toString()), file.toString(),
                    named ? Optional.empty() : Optional.of(file)));
        }
        if (keys.isEmpty()) {
            throw new QuernException(Category.FATAL, "master key file " + file + " holds no key, expected 64"
                    + " hexadecimal digits");
        }
        return keys;
    }

    private static List<String> lines(Path file) {
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(FILE_BYTES_MAX), StandardCharsets.US_ASCII);
            return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "master key file " + file + " cannot be read: " + e, e);
        }
    }

    private static byte[] parse(String text, String source) {
        String digits = text.strip();
        if (!digits.matches("[0-9a-fA-F]{" + 2 * Seal.KEY_BYTES + "}")) {
            throw new QuernException(Category.FATAL, "master key in " + source + " has " + digits.length()
                    + " characters, expected " + 2 * Seal.KEY_BYTES + " hexadecimal digits");
        }
        return HexFormat.of().parseHex(digits);
    }

    /** A new key, not stored yet. */
    static MasterKey create(Path data) {
        Path file = data.resolve(FILE);
        return new MasterKey(Seal.randomBytes(Seal.KEY_BYTES), file.toString(), Optional.of(file));
    }

    /** Writes the directory's own file, this key first, then those that still open something. */
    void store(MasterKey... others) throws IOException {
        StringBuilder text = new StringBuilder(HexFormat.of().formatHex(key)).append('\n');
        for (MasterKey other : others) {
            text.append(HexFormat.of().formatHex(other.key)).append('\n');
        }
        WipedFile.replace(ownFile.orElseThrow(), text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether it lies in the data directory, where the vault may replace it. */
    boolean isOwn() {
        return ownFile.isPresent();
    }

    /** Where it came from. */
    String source() {
        return source;
    }

    /** Names the key without telling it. */
    String id() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update("quern master key".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(sha.digest(key), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    Seal seal() {
        return new Seal(key, "master key " + id());
    }
}
