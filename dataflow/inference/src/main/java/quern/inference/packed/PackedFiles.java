package quern.inference.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;
import quern.inference.format.ModelFile;
import quern.inference.transformer.TransformerWeights;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.FileStamp;
import quern.kv.FingerprintFile;
import quern.kv.OwnerOnly;

/**
 * When a packed file is used: if head and directory say that it is of this model and packing, and its stamp is the one
 * this data directory remembers. A file whose stamp is not known is compared with the model, matrix by matrix, before
 * it is used for the first time; what differs, or is cut off, or of another model, is made again. A file is made under
 * another name, forced and renamed, so that a name always means a whole one; two processes may do so at once.
 *
 * @param memory of stamps
 * @param segments where layers are shared with other models; empty: a model has one file of its own
 * @param progress told what is being done, for people
 */
public record PackedFiles(
        Kernels kernels, FingerprintFile memory, Optional<Path> segments, Consumer<String> progress) {

    /** With one file for each model. */
    public PackedFiles(Kernels kernels, FingerprintFile memory, Consumer<String> progress) {
        this(kernels, memory, Optional.empty(), progress);
    }

    /** Ending of such files. */
    public static final String ENDING = ".packed";

    private static final String UNFINISHED = ".part";
    /** What makers call what they have not finished. */
    static final String ABANDONED = "*" + ENDING + ".*" + UNFINISHED;
    private static final Logger LOG = LoggerFactory.getLogger(PackedFiles.class);
    /** Left free on a disk: a cache must not be what fills it. */
    private static final long SPARE_BYTES = 256L << 20;
    private static final int PUBLISH_TRIES = 5;
    private static final int PROGRESS_BYTES = 64 << 20;

    /**
     * The model's packed file, made if need be.
     *
     * @param fingerprint of the model as it is loaded
     * @return empty if it can neither be used nor made, which costs time and memory but nothing else
     */
    public Optional<PackedWeights> open(ModelFile model, String fingerprint, Path path) {
        if (kernels.packedBytes(ElementType.F32, 1, 1) == 0) {
            return Optional.empty();
        }
        try {
            PackedWeights found = PackedWeights.open(path, fingerprint, kernels);
            if (isTrusted(found, model)) {
                return Optional.of(found);
            }
            found.close();
            LOG.info("packed weights {} are not those of {}; packing again", path, model.name());
        } catch (NoSuchFileException absent) {
            LOG.info("packing the weights of {} into {}, once", model.name(), path);
        } catch (IOException | PackedFileException unusable) {
            LOG.info("packed weights {} cannot be used ({}); packing again", path, unusable.getMessage());
        }
        try {
            return Optional.of(make(model, fingerprint, path));
        } catch (IOException | UncheckedIOException | PackedFileException failure) {
            LOG.warn("packed weights are not kept in {}: {}; serving without", path, failure.getMessage());
            return Optional.empty();
        }
    }

    private boolean isTrusted(PackedWeights found, ModelFile model) throws IOException {
        List<FileStamp> stamps = PackedFolder.stamps(found.path());
        if (memory.recall(stamps).filter(found.digest()::equals).isPresent()) {
            return true;
        }
        if (!holdsAll(found, model)) {
            return false;
        }
        if (PackedFolder.stamps(found.path()).equals(stamps)) {
            remember(stamps, found.digest());
        }
        return true;
    }

    /** Whether every matrix is, bit for bit, what packing the model anew gives. Takes as long as packing. */
    public boolean holdsAll(PackedWeights found, ModelFile model) {
        progress.accept("packed weights are compared with the model");
        boolean[] same = {true};
        TransformerWeights.of(model, kernels, (name, rows, columns, stored) -> {
            same[0] = same[0] && found.holds(stored.get());
            return new Checked(stored.get().type(), rows, columns);
        });
        return same[0];
    }

    /**
     * Reads all of a packed file and packs the model anew to compare.
     *
     * @return what is wrong with it; empty if nothing is, or if it is of another packing and so never used
     */
    public Optional<String> problem(ModelFile model, PackedPlace.Kept kept) {
        try {
            if (!PackedWeights.directory(kept.file()).packing().equals(kernels.packing())) {
                return Optional.empty();
            }
            try (PackedWeights found = PackedWeights.open(kept.file(), kept.fingerprint(), kernels)) {
                return holdsAll(found, model) ? Optional.empty() : Optional.of("it is not what the model packs to");
            }
        } catch (IOException | PackedFileException unusable) {
            return Optional.of(unusable.getMessage());
        }
    }

    private PackedWeights make(ModelFile model, String fingerprint, Path path) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        AtomicFile.removeAbandoned(path, UNFINISHED);
        Path temporary = AtomicFile.ownTemporary(path, UNFINISHED);
        try {
            try (PackedSink sink = sink(temporary)) {
                FileStore disk = Files.getFileStore(directory);
                PackedWriter writer = new PackedWriter(sink, kernels, end -> report(end, disk));
                TransformerWeights.of(model, kernels, (name, rows, columns, stored) -> writer.add(stored.get()));
                writer.finish(fingerprint);
            }
            publish(temporary, path);
        } finally {
            DataDirectory.removeTree(temporary);
        }
        PackedWeights made = PackedWeights.open(path, fingerprint, kernels);
        remember(PackedFolder.stamps(path), made.digest());
        return made;
    }

    private PackedSink sink(Path temporary) throws IOException {
        if (segments.isPresent()) {
            DataDirectory.makeDirectory(temporary);
            return new SegmentSink(temporary, new SegmentStore(segments.get()));
        }
        return new FileSink(FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                OwnerOnly.asPrivateAs(temporary.toAbsolutePath().getParent())));
    }

    /** A directory takes no other one's place: what was there goes first. A process killed between packs again. */
    private void publish(Path temporary, Path path) throws IOException {
        for (int tries = 1;; tries++) {
            if (PackedFolder.is(path) && !Files.isRegularFile(PackedFolder.head(path))) {
                throw new PackedFileException(path + " is a directory of something else");
            }
            if (PackedFolder.is(temporary) || PackedFolder.is(path)) {
                DataDirectory.removeTree(path);
            }
            try {
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            } catch (FileSystemException taken) {
                // Another process has put its own there meanwhile.
                if (tries == PUBLISH_TRIES || !PackedFolder.is(path)) {
                    throw taken;
                }
            }
        }
    }

    private void report(long end, FileStore disk) {
        progress.accept("weights are being packed, once: " + end / PROGRESS_BYTES * (PROGRESS_BYTES >> 20) + " MiB");
        try {
            if (disk.getUsableSpace() < SPARE_BYTES) {
                throw new IOException("less than " + (SPARE_BYTES >> 20) + " MiB are left on the disk");
            }
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    private void remember(List<FileStamp> stamps, String digest) {
        try {
            memory.remember(stamps, digest);
        } catch (IOException failed) {
            LOG.warn("packed weights will be compared at the next start: {}", failed.getMessage());
        }
    }

    private record Checked(ElementType type, int rows, int columns) implements Matrix {

        @Override
        public long bytes() {
            return 0;
        }
    }
}
