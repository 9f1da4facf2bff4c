package quern.actors.pipelines;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks through a folder again and again. A file counts once two looks in a row found it with the same length and time,
 * so that one that is still being written waits. Hidden files and folders, links and names that editors and downloads
 * give to unfinished files are passed over.
 */
final class FolderLook {

    private static final int DEPTH_MAX = 32;

    /** @param path within the folder, with slashes */
    record Found(Path file, String path, long bytes, long modifiedAtMs) {}

    private final Path folder;
    private Map<String, Found> before = Map.of();

    FolderLook(Path folder) {
        this.folder = folder;
    }

    /** Files that are whole, in the order of their paths. */
    List<Found> look() throws IOException {
        Map<String, Found> now = new HashMap<>();
        List<Found> whole = new ArrayList<>();
        Files.walkFileTree(folder, Set.of(), DEPTH_MAX, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean hidden = !directory.equals(folder) && isHidden(directory);
                return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !isHidden(file) && !isUnfinished(file)) {
                    String path = folder.relativize(file).toString().replace('\\', '/');
                    Found found = new Found(file, path, attributes.size(), attributes.lastModifiedTime().toMillis());
                    now.put(path, found);
                    if (found.equals(before.get(path))) {
                        whole.add(found);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (file.equals(folder)) {
                    throw failure;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        before = now;
        whole.sort(Comparator.comparing(Found::path));
        return whole;
    }

    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    private static boolean isUnfinished(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith("~") || name.endsWith(".tmp") || name.endsWith(".part") || name.endsWith(".crdownload");
    }
}
