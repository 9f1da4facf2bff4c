package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tracer's files: of each operator the first samples that it changed or dropped. */
final class Traces implements AutoCloseable {

    private final Path directory;
    private final int linesMax;
    private final Map<String, AppendFile> files = new TreeMap<>();
    private final Map<String, Integer> lines = new TreeMap<>();

    Traces(Path directory, int linesMax, Map<String, Long> lengths) {
        this.directory = directory;
        this.linesMax = linesMax;
        if (linesMax > 0) {
            lengths.forEach((name, length) -> {
                if (name.startsWith("trace-")) {
                    open(name, length);
                }
            });
        }
    }

    void write(Batch batch) {
        batch.traced.forEach((name, traced) -> {
            if (!files.containsKey(name)) {
                open(name, 0);
            }
            int room = Math.max(0, linesMax - lines.get(name));
            List<byte[]> taken = traced.subList(0, Math.min(room, traced.size()));
            taken.forEach(line -> files.get(name).append(line, line.length));
            lines.merge(name, taken.size(), Integer::sum);
        });
    }

    private void open(String name, long length) {
        Path path = directory.resolve(name);
        files.put(name, new AppendFile(path, length));
        try (var all = Files.lines(path)) {
            lines.put(name, (int) all.count());
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    void force() {
        files.values().forEach(AppendFile::force);
    }

    void lengths(Map<String, Long> into) {
        files.forEach((name, file) -> into.put(name, file.length()));
    }

    @Override
    public void close() {
        files.values().forEach(AppendFile::close);
    }
}
