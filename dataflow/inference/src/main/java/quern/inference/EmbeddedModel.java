package quern.inference;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import quern.config.QuernException;

/** The base model inside the jar, quern-nano, put where a file can be mapped. */
public final class EmbeddedModel {

    public static final String NAME = "quern-nano";

    private static final String RESOURCE = "/quern/nano/quern-nano.gguf";

    private EmbeddedModel() {}

    /**
     * The model as a file below {@code directory}, written there unless the same bytes are there already.
     *
     * @throws QuernException FATAL if the jar lacks the model or the directory cannot be written
     */
    public static Path unpack(Path directory) {
        byte[] bytes = bytes();
        Path file = directory.resolve(NAME + "-" + sha256(bytes).substring(0, 12) + ".gguf");
        try {
            if (Files.exists(file) && sha256(Files.readAllBytes(file)).equals(sha256(bytes))) {
                return file;
            }
            Files.createDirectories(directory);
            Path temporary = directory.resolve(file.getFileName() + ".part");
            Files.write(temporary, bytes);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.FATAL, file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes() {
        try (InputStream in = EmbeddedModel.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new QuernException(QuernException.Category.FATAL, "this build lacks " + RESOURCE);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.FATAL, RESOURCE + ": cannot be read", e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
