package quern.appliance.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import quern.config.ApplianceConfig;
import quern.kv.DataDirectory;

/** The models that lie in the data directory, by name. */
record ImportedModels(Path directory) {

    private static final String UNFINISHED = ".part";

    static ImportedModels of(ApplianceConfig config) {
        return new ImportedModels(config.data().resolve("models"));
    }

    List<Path> list() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> models = Files.list(directory)) {
            return models.filter(path -> !path.getFileName().toString().endsWith(UNFINISHED)).sorted().toList();
        }
    }

    /**
     * Puts a model there under its own name: a copy that appears only when it is whole, or a symbolic link.
     *
     * @throws ApiFailure if one of that name is there already
     */
    Path add(Path source, boolean link) throws IOException {
        Path target = directory.resolve(source.toRealPath().getFileName());
        if (Files.exists(target)) {
            throw new ApiFailure(409, target + " exists already; remove it with 'quern rm "
                    + target.getFileName() + "' first", null);
        }
        Files.createDirectories(directory);
        if (link) {
            return Files.createSymbolicLink(target, source.toRealPath());
        }
        Path unfinished = directory.resolve(target.getFileName() + UNFINISHED);
        DataDirectory.removeTree(unfinished);
        copy(source.toRealPath(), unfinished);
        return Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(target.resolve(source.relativize(from)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path from, BasicFileAttributes attributes) throws IOException {
                Files.copy(from, source.equals(from) ? target : target.resolve(source.relativize(from)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Whether there was one to remove. */
    boolean remove(String name) throws IOException {
        Path path = directory.resolve(name).normalize();
        if (!directory.equals(path.getParent()) || !list().contains(path)) {
            return false;
        }
        DataDirectory.removeTree(path);
        return true;
    }
}
