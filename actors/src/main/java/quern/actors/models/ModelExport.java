package quern.actors.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import quern.actors.models.ModelRefused.Reason;

/** Writes an imported model to a bundle, which an import elsewhere takes. */
public final class ModelExport {

    private ModelExport() {}

    /**
     * @param adapters that go with it
     * @param contents of the adapters
     * @param target must not exist
     * @param progress told how far the stages {@code check} and {@code write} are
     * @throws ModelRefused if the target exists or the model's files are not those that were imported
     */
    public static void write(String name, Path model, String fingerprint, List<BundledAdapter> adapters,
            AdapterFiles contents, Path target, ModelImport.Progress progress) throws IOException {
        Path file = target.toAbsolutePath().normalize();
        if (Files.exists(file)) {
            throw new ModelRefused(Reason.INVALID, file + " exists already; give another name or remove it first");
        }
        if (file.getParent() == null || !Files.isDirectory(file.getParent())) {
            throw new ModelRefused(Reason.INVALID, file.getParent() + " is not a directory");
        }
        BundleWriter.write(name, model, fingerprint, adapters, contents, file, progress);
    }
}
