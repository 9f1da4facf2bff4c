package quern.ingest.reader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files of a {@code dataset_path}, in an order that is the same each time. */
public final class DatasetFiles {

    private DatasetFiles() {}

    /**
     * A file itself, or all files below a directory by path, without those in a directory or under a name that begins
     * with a dot. Links to files count as files, as caches of downloaded datasets have them; links to directories are
     * not followed.
     *
     * @param suffixes endings of names to take, with or without their dot; empty for all
     */
    public static List<Path> below(Path path, Collection<String> suffixes) throws IOException {
        List<String> endings = suffixes.stream().map(suffix -> suffix.toLowerCase(Locale.ROOT))
                .map(suffix -> suffix.startsWith(".") ? suffix : "." + suffix).toList();
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> tree = Files.walk(path)) {
            return tree.filter(Files::isRegularFile).filter(file -> !isHidden(path.relativize(file)))
                    .filter(file -> endings.isEmpty() || endings.stream().anyMatch(nameOf(file)::endsWith))
                    .sorted().toList();
        }
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }
}
