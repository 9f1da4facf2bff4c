package quern.inference.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(path.toString(), Files.exists(path)
                    ? "is neither a GGUF file nor a safetensors directory" : "does not exist");
        }
        Arena arena = Arena.ofShared();
        try {
            return new GgufFile(map(path, arena), path.getFileName().toString(), arena::close);
        } catch (RuntimeException | Error refused) {
            arena.close();
            throw refused;
        }
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
