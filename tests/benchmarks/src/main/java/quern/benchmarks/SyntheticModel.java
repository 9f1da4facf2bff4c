package quern.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.gpu.ComputeTeam;
import quern.gpu.tensor.ElementType;
import quern.inference.convert.Conversion;
import quern.inference.convert.Importance;
import quern.inference.convert.Progress;
import quern.inference.convert.TypeRule;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.RandomModel;
import quern.inference.format.RandomShape;

/** A model of a true shape with random weights, for measuring speed where no file is at hand. */
final class SyntheticModel {

    private static final long SEED = 11;

    private SyntheticModel() {}

    /** What {@code quern models random --pure} writes, opened; the file is gone when the mapping is. */
    static ModelFile open(RandomShape shape, ElementType type) {
        try (ComputeTeam team = new ComputeTeam(0);
                RandomModel model = new RandomModel(shape, (name, dimensions) -> type, SEED)) {
            Path file = Files.createTempFile("quern-synthetic", ".gguf");
            try {
                new Conversion(model, TypeRule.pure(type), Importance.NONE, team, Progress.NONE).write(file);
                return ModelFiles.open(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
