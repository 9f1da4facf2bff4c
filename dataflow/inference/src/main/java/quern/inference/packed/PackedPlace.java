package quern.inference.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import quern.config.EngineConfig.LoadType;
import quern.config.StartConfig;
import quern.inference.convert.QuantizedFile;

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

    /** A packed file that there is. @param fingerprint of the model as it is loaded with this type */
    public record Kept(Path file, LoadType loadType, String fingerprint) {}

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
        return existing(model, fingerprint).stream().mapToLong(kept -> kept.file().toFile().length()).sum();
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
                    files.add(new Aged(child, Files.size(child), Files.getLastModifiedTime(child)));
                }
            }
        }
        files.sort(Comparator.comparing(Aged::made));
        long sum = files.stream().mapToLong(Aged::bytes).sum();
        for (Aged oldest : files) {
            if (sum <= config.packedMax().bytes()) {
                return;
            }
            Files.deleteIfExists(oldest.file());
            sum -= oldest.bytes();
        }
    }
}
