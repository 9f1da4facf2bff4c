package quern.curation.erase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import quern.curation.DatasetManifest.Shard;
import quern.curation.RunManner;

/** The kept samples of a dataset, each with where it comes from, be that in its line or in a file beside. */
final class PlacedLines implements AutoCloseable {

    /**
     * @param bytes the sample's line
     * @param lineage its line in {@code lineage.jsonl}; null where there is no such file
     * @param stats the line of {@code stats.jsonl} with the same number; null where there is none
     */
    record Line(byte[] bytes, Place place, byte[] lineage, byte[] stats) {}

    private final Path dataset;
    private final Queue<Shard> shards;
    private final Lines lineage;
    private final Lines stats;
    private Lines lines;

    PlacedLines(Path dataset, List<Shard> shards) throws IOException {
        this.dataset = dataset;
        this.shards = new ArrayDeque<>(shards);
        lineage = Files.exists(dataset.resolve(RunManner.LINEAGE)) ? new Lines(dataset.resolve(RunManner.LINEAGE))
                : null;
        stats = new Lines(dataset.resolve(RunManner.STATS));
    }

    /** Null behind the last one. */
    Line next() throws IOException {
        byte[] line = lines == null ? null : lines.next();
        while (line == null) {
            if (lines != null) {
                lines.close();
            }
            if (shards.isEmpty()) {
                lines = null;
                return null;
            }
            lines = new Lines(dataset.resolve(shards.remove().file()));
            line = lines.next();
        }
        byte[] beside = lineage == null ? null : lineage.next();
        return new Line(line, lineage == null ? Place.ofSample(line) : Place.ofLineage(beside), beside, stats.next());
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
        if (lineage != null) {
            lineage.close();
        }
        stats.close();
    }
}
