package quern.curation.erase;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import quern.curation.DatasetManifest;
import quern.curation.DatasetManifest.Shard;
import quern.curation.Json;
import quern.kv.DataDirectory;

/**
 * A rewrite that may have ended half-way. A shard gets its name when it is whole, so one that has its name is taken as
 * it is by the next attempt at the same rewrite; everything else is made again. A file says which rewrite it is, until
 * the end.
 */
record HalfMade(Path to, DatasetManifest old, Erasure erasure) {

    private static final String FILE = "rewrite.txt";
    private static final String PART = "part-";

    /** Where a file is written until it is whole; packed where it is. */
    static Path part(Path file) {
        return file.resolveSibling(PART + file.getFileName());
    }

    /** Makes the directory ready: empty but for whole shards of the same rewrite. */
    void goOn() throws IOException {
        Path file = to.resolve(FILE);
        String same = old.id() + " without " + erasure.id() + "\n"
                + String.join("\n", new TreeSet<>(erasure.documentIds()));
        if (Files.exists(to)) {
            clear(Files.exists(file) && Files.readString(file).equals(same));
        }
        Files.createDirectories(to);
        if (!Files.exists(file)) {
            Json.writeAtomically(file, same.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void clear(boolean isSame) throws IOException {
        if (!isSame) {
            DataDirectory.removeTree(to);
            return;
        }
        Set<String> whole = new HashSet<>(Set.of(FILE));
        old.shards().stream().map(Shard::file).forEach(whole::add);
        List<Path> files;
        try (Stream<Path> list = Files.list(to)) {
            files = list.filter(file -> !whole.contains(file.getFileName().toString())).toList();
        }
        for (Path file : files) {
            DataDirectory.removeTree(file);
        }
    }

    /** Nothing goes on from here: the manifest follows. */
    static void end(Path to) throws IOException {
        Files.delete(to.resolve(FILE));
    }
}
