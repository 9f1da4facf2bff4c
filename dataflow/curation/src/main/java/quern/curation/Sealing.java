package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import quern.curation.report.ReportPage;

/**
 * Turns the part files of a run into shards, one at a time, and last writes the manifest. Can be repeated at any
 * point.
 */
final class Sealing {

    private final Path directory;
    private final Pipeline pipeline;
    private final RunCounts counts;
    private final List<String> labels;
    private final List<DatasetManifest.Shard> shards = new ArrayList<>();

    Sealing(Path directory, Pipeline pipeline, RunCounts counts, List<String> labels) {
        this.directory = directory;
        this.pipeline = pipeline;
        this.counts = counts;
        this.labels = labels;
    }

    /** Does the next piece of work. @return false when the manifest is written */
    boolean step() {
        try {
            int index = shards.size();
            if (index < counts.partSamples.size()) {
                shards.add(seal(index));
                return true;
            }
            ObjectNode report = new ReportFile(pipeline, counts).toJson();
            report.set("duplicates", DuplicateClusters.of(directory, pipeline.recipe().textKey(), shards));
            Json.writeAtomically(directory.resolve(RunReport.FILE), Json.pretty(report));
            Json.writeAtomically(directory.resolve(RunReport.PAGE),
                    ReportPage.of(report).getBytes(StandardCharsets.UTF_8));
            DatasetManifest manifest = manifest();
            Json.writeAtomically(directory.resolve(DatasetManifest.FILE), Json.pretty(manifest.toJson()));
            clean(directory);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("sealing the dataset in " + directory, e);
        }
    }

    private DatasetManifest.Shard seal(int index) throws IOException {
        Path part = ShardWriter.partPath(directory, index);
        boolean compressed = pipeline.recipe().compressed();
        Path shard = directory.resolve("shard-%05d.jsonl".formatted(index) + (compressed ? ".zst" : ""));
        if (Files.exists(part)) {
            if (compressed) {
                compress(part, shard);
                Files.delete(part);
            } else {
                Files.move(part, shard, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            Json.forceDirectory(directory);
        }
        return DatasetManifest.Shard.of(shard, counts.partSamples.get(index));
    }

    private static void compress(Path part, Path shard) throws IOException {
        Path temporary = shard.resolveSibling(shard.getFileName() + ".tmp");
        try (var out = new ZstdOutputStream(Files.newOutputStream(temporary))) {
            Files.copy(part, out);
        }
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, shard, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private DatasetManifest manifest() throws IOException {
        TreeSet<String> documents = new TreeSet<>(Files.readAllLines(ShardWriter.documentsPath(directory)));
        Recipe recipe = pipeline.recipe();
        List<String> operators = Stage.labelled(pipeline).stream().map(Stage.Labelled::label).toList();
        long dropped = counts.dropped();
        return new DatasetManifest("", recipe.projectName(), recipe.hash(), operators, counts.in, counts.made(),
                counts.kept, counts.droppedByReason(), List.copyOf(shards),
                DatasetManifest.Shard.of(directory.resolve(RejectLog.FILE), dropped + counts.changed),
                List.copyOf(documents), labels, List.of()).withId();
    }

    /** Removes everything that is not the dataset. */
    static void clean(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("stage-") || name.startsWith("exact-") || name.startsWith("part-")
                        || name.endsWith(".tmp")
                        || name.equals("documents.txt") || name.equals(Checkpoint.FILE)) {
                    Files.delete(file);
                }
            }
        }
    }
}
