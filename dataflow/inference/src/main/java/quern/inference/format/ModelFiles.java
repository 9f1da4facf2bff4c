package quern.inference.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import quern.config.QuernException;

/** Opens models of every supported format. */
public final class ModelFiles {

    private ModelFiles() {}

    /**
     * Maps a model; the caller closes it.
     *
     * @param path a GGUF file or a directory with {@code config.json} and safetensors files
     * @throws QuernException if it cannot be read, is damaged or is a kind of model that is not supported
     */
    public static ModelFile open(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException(path.toString(), "does not exist");
        }
        Arena arena = Arena.ofShared();
        try {
            if (Files.isDirectory(path)) {
                return new SafetensorsDirectory(path, arena);
            }
            MemorySegment bytes = map(path, arena);
            refuseOthers(path, bytes);
            return new GgufFile(bytes, path.toString(), arena::close);
        } catch (RuntimeException | Error refused) {
            arena.close();
            throw refused;
        }
    }

    /**
     * Maps a model that generates or an encoder; the caller closes it.
     *
     * @param path a GGUF file or a directory with {@code config.json} and safetensors files
     * @throws QuernException if it cannot be read, is damaged or is a kind of model that is not supported
     */
    public static StoredModel openAny(Path path) {
        return EncoderFiles.isEncoder(path) ? EncoderFiles.open(path) : open(path);
    }

    /**
     * Maps a model as what a GGUF file of it holds; the caller closes it. A GGUF file may be of any architecture.
     *
     * @param path a GGUF file or a directory with {@code config.json} and safetensors files
     * @throws QuernException if it cannot be read, is damaged or is a kind of directory that is not supported
     */
    public static GgufSource openSource(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException(path.toString(), "does not exist");
        }
        Arena arena = Arena.ofShared();
        try {
            if (Files.isDirectory(path)) {
                return new SafetensorsConversion(new SafetensorsDirectory(path, arena));
            }
            MemorySegment bytes = map(path, arena);
            refuseOthers(path, bytes);
            return new GgufCopy(bytes, path.toString(), arena::close);
        } catch (RuntimeException | Error refused) {
            arena.close();
            throw refused;
        }
    }

    private static void refuseOthers(Path path, MemorySegment bytes) {
        if (path.toString().endsWith(".safetensors")) {
            throw new ModelFormatException(path.toString(), "is one file of a model, expected its directory");
        }
        boolean zip = startsWith(bytes, 'P', 'K');
        if (zip || startsWith(bytes, 0x80, 0x02)) {
            throw new ModelFormatException(path.toString(),
                    "is a Python pickle or archive, which can run code; expected GGUF or a safetensors directory");
        }
    }

    private static boolean startsWith(MemorySegment bytes, int first, int second) {
        return bytes.byteSize() >= 2
                && bytes.get(ValueLayout.JAVA_BYTE, 0) == (byte) first
                && bytes.get(ValueLayout.JAVA_BYTE, 1) == (byte) second;
    }

    static MemorySegment map(Path file, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException absent) {
            throw new ModelFormatException(file.toString(), "does not exist", absent);
        } catch (IOException failed) {
            throw new QuernException(
                    QuernException.Category.ERROR, file + " cannot be read: " + failed.getMessage(), failed);
        }
    }
}
