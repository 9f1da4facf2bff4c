package quern.actors.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.actors.models.ModelRefused.Reason;
import quern.config.QuernException;
import quern.inference.format.ForeignFiles;
import quern.inference.format.ModelFiles;
import quern.inference.format.ModelFingerprint;
import quern.inference.format.StoredModel;
import quern.kv.FileStamp;

/**
 * Brings a model (a GGUF file, a directory, a bundle) to its place in the store and hashes it there; the caller then
 * has the owner of the data directory {@linkplain ModelStore#add add} it, before it closes this. May run beside a
 * server. Until the record is written nothing is visible. What a killed import copied is kept for some days: the same
 * import of the unchanged source goes on from there; then the next owner of the directory sweeps it.
 */
public final class ModelImport implements AutoCloseable {

    /** Told how far each stage is: {@code check}, {@code resume} (once, what is there), {@code copy}, {@code hash}. */
    @FunctionalInterface
    public interface Progress {
        void at(String stage, long doneBytes, long totalBytes);
    }

    /**
     * @param name empty: the source's own
     * @param link leave the files where they are
     * @param fingerprint what the model's must be, in hex of either case
     */
    public record Order(Path source, Optional<String> name, boolean link, Optional<String> fingerprint) {}

    private static final long STEP_BYTES = 64L << 20;
    private static final long RESERVE_BYTES = 64L << 20;

    private final Path models;
    private final Progress progress;
    private final long stepBytes;
    private Optional<ImportPlace> place = Optional.empty();
    private boolean resumable;
    private boolean done;

    private ModelImport(Path models, Progress progress, long stepBytes) {
        this.models = models;
        this.progress = progress;
        this.stepBytes = stepBytes;
    }

    /** @param data the data directory; need not be owned by this process */
    public static ModelImport into(Path data, Progress progress) {
        return into(data, progress, STEP_BYTES);
    }

    /** @param stepBytes at most these are copied again after a crash */
    static ModelImport into(Path data, Progress progress, long stepBytes) {
        return new ModelImport(ModelStore.models(data.toAbsolutePath().normalize()), progress, stepBytes);
    }

    /**
     * Removes what unfinished imports under a name have copied; one that is running is left alone.
     *
     * @return whether there was anything
     */
    public static boolean abandon(Path data, String name) throws IOException {
        return ImportPlace.abandon(ModelStore.models(data.toAbsolutePath().normalize()), name);
    }

    /**
     * Checks, copies and hashes.
     *
     * @throws ModelRefused if the name is none, the fingerprint is another or the disk is too full
     * @throws QuernException if the model cannot be read or is damaged
     */
    public StagedModel stage(Order order) {
        Path source = order.source().toAbsolutePath().normalize();
        String name = name(source, order.name());
        order.fingerprint().ifPresent(ModelImport::requireDigest);
        List<String> remarks = ForeignFiles.in(source);
        try {
            Optional<ModelBundle> bundle =
                    ModelBundle.is(source) ? Optional.of(ModelBundle.open(source)) : Optional.empty();
            bundle.ifPresent(opened -> requireAsOrdered(opened, order));
            if (order.link()) {
                Path real = source.toRealPath();
                return hash(name, real, Optional.empty(), order.fingerprint(), remarks, "hash");
            }
            return copied(name, source, bundle, order.fingerprint(), remarks);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR, "import of " + source + ": " + failed + kept(),
                    failed);
        }
    }

    private String kept() {
        long bytes = place.filter(held -> resumable).map(ImportPlace::forcedBytes).orElse(0L);
        return bytes == 0 ? "" : "; " + bytes + " bytes are kept, and the same import goes on from there";
    }

    /** What the model of a source is called where nothing else is said. */
    public static String name(Path source, Optional<String> wanted) {
        return wanted.map(ModelName::checked).orElseGet(() -> {
            try {
                return ModelBundle.is(source)
                        ? ModelName.checked(ModelBundle.open(source).manifest().name()) : ModelName.of(source);
            } catch (IOException failed) {
                throw new QuernException(QuernException.Category.ERROR, "import of " + source + ": " + failed, failed);
            }
        });
    }

    private static void requireAsOrdered(ModelBundle bundle, Order order) {
        if (!bundle.manifest().hasModel()) {
            throw new ModelRefused(Reason.INVALID, bundle.file() + " holds adapters of model '"
                    + bundle.manifest().name() + "', not the model itself");
        }
        if (order.link()) {
            throw new ModelRefused(Reason.INVALID, bundle.file() + " is a bundle: its model cannot be linked, only"
                    + " copied; import it without '--link'");
        }
        String has = bundle.manifest().fingerprint();
        order.fingerprint().map(wanted -> wanted.toLowerCase(Locale.ROOT)).filter(wanted -> !wanted.equals(has))
                .ifPresent(wanted -> {
                    throw new ModelRefused(Reason.MISMATCH, bundle.file() + " holds a model of SHA-256 " + has
                            + ", expected " + wanted);
                });
    }

    private static void requireDigest(String text) {
        if (!text.matches("[0-9a-fA-F]{64}")) {
            throw new ModelRefused(Reason.INVALID, "SHA-256 '" + text.substring(0, Math.min(text.length(), 80))
                    + "', expected 64 hex digits");
        }
    }

    private StagedModel hash(String name, Path path, Optional<String> keptIn, Optional<String> expected,
            List<String> remarks, String stage) {
        ModelFingerprint stamps = ModelFingerprint.before(path);
        try (StoredModel model = ModelFiles.openAny(path)) {
            String found = model.fingerprint((done, total) -> progress.at(stage, done, total));
            expected.ifPresent(wanted -> {
                if (!wanted.toLowerCase(Locale.ROOT).equals(found)) {
                    throw new ModelRefused(Reason.MISMATCH,
                            path + " has SHA-256 " + found + ", expected " + wanted.toLowerCase(Locale.ROOT));
                }
            });
            return new StagedModel(name, path, keptIn, found, stamps.unchanged().orElseThrow(() -> new ModelRefused(
                    Reason.MISMATCH, path + " changed while it was read")), remarks);
        }
    }

    private StagedModel copied(String name, Path source, Optional<ModelBundle> bundle, Optional<String> expected,
            List<String> remarks) throws IOException {
        ModelFingerprint before = ModelFingerprint.before(source);
        List<FileStamp> stamps = before.unchanged().orElse(List.of());
        place = ImportPlace.resume(models, name, stamps);
        if (place.isEmpty()) {
            if (bundle.isEmpty()) {
                check(name, source, expected, remarks);
            }
            makeStore();
            place = Optional.of(ImportPlace.begin(models));
        }
        boolean single = bundle.map(opened -> opened.manifest().single()).orElse(!Files.isDirectory(source));
        Path target = Path.of(single ? name + ".gguf" : name);
        List<CopyPart> parts = bundle.isPresent() ? bundle.get().partsTo(target) : parts(source, target);
        PartCopy copy = new PartCopy(place.get(), name, stamps, parts, stepBytes, progress);
        resumable = true;
        long total = parts.stream().mapToLong(CopyPart::bytes).sum();
        requireSpace(total - copy.resume(), Files.getFileStore(models).getUsableSpace(), models);
        copy.run();
        resumable = false;
        if (!stamps.isEmpty() && before.unchanged().isEmpty()) {
            throw new ModelRefused(Reason.MISMATCH, source + " changed while it was copied");
        }
        Path model = place.get().directory().resolve(target);
        if (bundle.isPresent()) {
            bundle.get().requireWhole(model, progress);
        }
        StagedModel staged = hash(name, model, Optional.of(place.get().kept()),
                bundle.map(opened -> opened.manifest().fingerprint()).or(() -> expected), remarks, "hash");
        // From here on its files may be in the catalogue: no later import may take them for its own.
        place.get().forget();
        return staged;
    }

    private void check(String name, Path source, Optional<String> expected, List<String> remarks) {
        if (expected.isPresent()) {
            hash(name, source, Optional.empty(), expected, remarks, "check");
        } else {
            // Damage in the header shows before gigabytes are copied.
            ModelFiles.openAny(source).close();
        }
    }

    private static List<CopyPart> parts(Path source, Path target) throws IOException {
        if (!Files.isDirectory(source)) {
            return List.of(new CopyPart(source, 0, Files.size(source), target));
        }
        List<CopyPart> parts = new ArrayList<>();
        for (Path file : ForeignFiles.parts(source)) {
            parts.add(new CopyPart(file, 0, Files.size(file), target.resolve(source.relativize(file))));
        }
        return parts;
    }

    /** @throws ModelRefused unless {@code usableBytes} hold the copy and leave the disk a little room */
    static void requireSpace(long neededBytes, long usableBytes, Path where) {
        if (usableBytes - RESERVE_BYTES < neededBytes) {
            throw new ModelRefused(Reason.NO_SPACE, "the copy needs " + neededBytes + " bytes, " + usableBytes
                    + " are free in " + where + " and " + RESERVE_BYTES + " have to stay so; '--link' copies nothing");
        }
    }

    private void makeStore() throws IOException {
        boolean first = !Files.isDirectory(models.getParent());
        if (first) {
            ImportPlace.makePrivate(models.getParent());
        }
        if (Files.isSymbolicLink(models)) {
            throw new ModelRefused(Reason.INVALID, models + " is a symbolic link, expected a directory");
        }
        ImportPlace.makePrivate(models);
    }

    /** The record is written: the copy stays. */
    public void complete() {
        done = true;
    }

    /** Removes the copy unless it is {@linkplain #complete complete}, or the next import can go on with it. */
    @Override
    public void close() throws IOException {
        if (place.isEmpty()) {
            return;
        }
        try (ImportPlace held = place.get()) {
            if (done) {
                held.removeMarker();
            } else if (!resumable || held.forcedBytes() == 0) {
                held.remove();
            }
        }
    }
}
