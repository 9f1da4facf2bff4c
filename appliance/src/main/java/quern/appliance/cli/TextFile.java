package quern.appliance.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.tokenizer.Tokenizer;

/** A text that a model is measured on, and the model. */
final class TextFile {

    private TextFile() {}

    /** @throws QuernException if it cannot be read, is longer than a tokenizer takes at once or no UTF-8 */
    static String read(Path file) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > 4L * Tokenizer.TEXT_CHARS_MAX) {
                throw new UsageProblem(file + " has " + Files.size(file) + " bytes, at most "
                        + Tokenizer.TEXT_CHARS_MAX + " characters are measured");
            }
            return Files.readString(file);
        } catch (NoSuchFileException absent) {
            throw new UsageProblem(file + ": no such file", absent);
        } catch (MalformedInputException binary) {
            throw new UsageProblem(file + " is no UTF-8 text", binary);
        } catch (IOException failed) {
            throw new UsageProblem(file + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** The model, which owns its file. */
    static LoadedModel load(Path path, Backend backend, Product product) {
        ModelFile file = ModelFiles.open(path);
        try {
            return LoadedModel.load(file, backend.kernels(), product);
        } catch (RuntimeException | Error refused) {
            file.close();
            throw refused;
        }
    }
}
