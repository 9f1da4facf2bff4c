package quern.appliance.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Which file {@code --model} means: a path as it is, or the name of an imported model. */
final class ModelPath {

    private ModelPath() {}

    /** @throws UsageProblem if there is neither such a path nor such an import */
    static Path resolve(String text, GlobalOptions options) {
        return find(text, options).orElseThrow(() -> new UsageProblem(
                "--model " + text + ": neither a file or directory nor an imported model"));
    }

    static Optional<Path> find(String text, GlobalOptions options) {
        try {
            Path path = Path.of(text);
            if (Files.exists(path)) {
                return Optional.of(path.toAbsolutePath().normalize());
            }
            return new ModelCatalogue(options.load().config()).find(text)
                    .filter(model -> model.hasNonNull("path"))
                    .map(model -> Path.of(model.path("path").asText()));
        } catch (InvalidPathException e) {
            throw new UsageProblem("--model: " + e.getMessage(), e);
        }
    }
}
