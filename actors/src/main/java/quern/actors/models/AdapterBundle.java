package quern.actors.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The adapters in a bundle. */
public final class AdapterBundle {

    private final ModelBundle bundle;

    private AdapterBundle(ModelBundle bundle) {
        this.bundle = bundle;
    }

    /**
     * Those of a bundle; empty if the file is no bundle.
     *
     * @throws ModelRefused if it is damaged
     */
    public static Optional<AdapterBundle> in(Path file) throws IOException {
        return ModelBundle.is(file) ? Optional.of(open(file)) : Optional.empty();
    }

    /** @throws ModelRefused if it is no bundle, or damaged */
    public static AdapterBundle open(Path file) throws IOException {
        return new AdapterBundle(ModelBundle.open(file));
    }

    /** What the bundle says of each. */
    public List<BundledAdapter> adapters() {
        return bundle.manifest().adapters();
    }

    /** Name of the model they belong to, where it was exported. */
    public String model() {
        return bundle.manifest().name();
    }

    /** Of that model, as its files are. */
    public String fingerprint() {
        return bundle.manifest().fingerprint();
    }

    /** Whether that model is in the bundle too. */
    public boolean hasModel() {
        return bundle.manifest().hasModel();
    }

    /** Reads all their files. @throws ModelRefused if one is not what the manifest says */
    public void check(ModelImport.Progress progress) throws IOException {
        bundle.requireAdapters(progress);
    }

    /** A bundle of them without the model, as {@code POST /v1/adapters} takes it. */
    public InputStream alone() throws IOException {
        return BundleWriter.adaptersOf(bundle);
    }

    ModelBundle bundle() {
        return bundle;
    }
}
