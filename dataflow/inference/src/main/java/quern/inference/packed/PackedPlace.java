package quern.inference.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.config.EngineConfig.LoadType;
import quern.config.StartConfig;
import quern.inference.convert.QuantizedFile;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;

/**
 * Where packed files lie: beside a model that is one file in a directory that can be written, under its name; else in
 * a directory for them, under their fingerprint's. That directory is kept below a size, what was made longest ago goes.
 *
 * @param cache the directory, need not exist
 */
public record PackedPlace(StartConfig config, Path cache) {

    /** Models smaller than this are packed sooner than a file is opened and compared. */
    private static final long MODEL_BYTES_MIN = 64L << 20;
    private static final int NAME_CHARS = 32;
    private static final String SEGMENTS = "segments";

    /** The one of a data directory. */
    public static PackedPlace in(Path data, StartConfig config) {
        return new PackedPlace(config, data.resolve("packed"));
    }

    /** Whether a model of so many bytes has one. */
    public boolean isWanted(long modelBytes) {
        return config.packedFiles() && modelBytes >= MODEL_BYTES_MIN;
    }

    /** @param fingerprint of the model as it is loaded */
    public Path of(Path model, LoadType loadType, String fingerprint) throws IOException {
        Path parent = model.toAbsolutePath().getParent();
        if (config.packedDirectory().isEmpty() && Files.isRegularFile(model) && Files.isWritable(parent)) {
            return parent.resolve(beside(model, loadType));
        }
        Path directory = config.packedDirectory().orElse(cache);
        Files.createDirectories(directory);
        Path file = directory.resolve(named(fingerprint));
        prune(directory, file);
        return file;
    }

    private static String beside(Path model, LoadType loadType) {
        String type = loadType == LoadType.AS_STORED ? "" : "." + loadType.name().toLowerCase(Locale.ROOT);
        return model.getFileName() + type + PackedFiles.ENDING;
    }

    /** Packed weights that there are. @param fingerprint of the model as it is loaded with this type */
    public record Kept(Path file, LoadType loadType, String fingerprint) {

        /** What they take on disk, with what they share. */
        public long bytes() {
            return PackedFolder.bytes(file);
        }

        /** What of it other models hold too. */
        public long sharedBytes() {
            return PackedFolder.sharedBytes(file);
        }
    }

    /**
     * Where segments of packed weights at a path are kept for other models; empty where they are the model's alone:
     * outside the data directory, which others may use.
     */
    public Optional<Path> segments(Path packed) {
        Path data = cache.toAbsolutePath().normalize().getParent();
        return packed.toAbsolutePath().normalize().startsWith(data) ? Optional.of(cache.resolve(SEGMENTS))
                : Optional.empty();
    }

    /** Removes segments that no model holds any more, and what was being packed when a process died. */
    public void sweep() throws IOException {
        for (Path place : places()) {
            try (var children = Files.newDirectoryStream(place, PackedFiles.ABANDONED)) {
                for (Path child : children) {
                    if (AtomicFile.isAbandoned(child)) {
                        DataDirectory.removeTree(child);
                    }
                }
            }
        }
        new SegmentStore(cache.resolve(SEGMENTS)).sweep();
    }

    private List<Path> places() throws IOException {
        List<Path> places = new ArrayList<>();
        Path models = cache.resolveSibling("models");
        if (Files.isDirectory(models)) {
            try (var children = Files.newDirectoryStream(models, Files::isDirectory)) {
                children.forEach(places::add);
            }
        }
        if (Files.isDirectory(cache)) {
            places.add(cache);
        }
        return places;
    }

    /**
     * Those of a model that there are, whatever the load type and packing. A file of the same name that is of another
     * model, or none of ours, is not among them.
     *
     * @param fingerprint of the model as it is stored
     */
    public List<Kept> existing(Path model, String fingerprint) {
        List<Kept> found = new ArrayList<>();
        Path parent = model.toAbsolutePath().getParent();
        Path directory = config.packedDirectory().orElse(cache);
        for (LoadType type : LoadType.values()) {
            String loaded = QuantizedFile.fingerprint(fingerprint, type);
            for (Path file : List.of(parent.resolve(beside(model, type)), directory.resolve(named(loaded)))) {
                if (PackedWeights.isOf(file, loaded)) {
                    found.add(new Kept(file, type, loaded));
                }
            }
        }
        return found;
    }

    /** What those take. */
    public long existingBytes(Path model, String fingerprint) {
        return existing(model, fingerprint).stream().mapToLong(Kept::bytes).sum();
    }

    /** What of it other models hold too. */
    public long sharedBytes(Path model, String fingerprint) {
        return existing(model, fingerprint).stream().mapToLong(Kept::sharedBytes).sum();
    }

    private static String named(String fingerprint) {
        return fingerprint.substring(0, Math.min(NAME_CHARS, fingerprint.length())) + PackedFiles.ENDING;
    }

    private void prune(Path directory, Path wanted) throws IOException {
        record Aged(Path file, long bytes, FileTime made) {}
        List<Aged> files = new ArrayList<>();
        try (var children = Files.newDirectoryStream(directory, "*" + PackedFiles.ENDING)) {
            for (Path child : children) {
                if (!child.equals(wanted)) {
                    files.add(new Aged(child, PackedFolder.bytes(child), Files.getLastModifiedTime(child)));
                }
            }
        }
        files.sort(Comparator.comparing(Aged::made));
        long sum = files.stream().mapToLong(Aged::bytes).sum();
        for (Aged oldest : files) {
            if (sum <= config.packedMax().bytes()) {
                return;
            }
            DataDirectory.removeTree(oldest.file());
            new SegmentStore(cache.resolve(SEGMENTS)).sweep();
            sum -= oldest.bytes();
        }
    }
}
