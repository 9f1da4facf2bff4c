package quern.curation.erase;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quern.curation.DatasetLookup;
import quern.curation.DatasetManifest;
import quern.curation.DatasetManifest.Shard;
import quern.curation.DatasetSource;
import quern.curation.Deduplicator;
import quern.curation.Json;
import quern.curation.Operator;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.RejectLog;
import quern.curation.RunManner;
import quern.curation.SampleSource;
import quern.ingest.Sample;

/**
 * Samples that would come back, compared with all that stayed in a dataset by the deduplicators of its recipe: where
 * there are several of them, one that passes the first may be a duplicate of a sample of which nothing else is
 * affected. Texts are compared as they are in the dataset.
 */
final class Comparison {

    /** Behind the document's id in the id of a sample that would come back, before its number. */
    private static final String MARK = "?@";
    private static final int STEP_SAMPLES = 500;

    private final Origin.Known origin;
    private final Path directory;
    /** Samples by their numbers. */
    private final List<String> ids = new ArrayList<>();

    /** @param directory for the comparison, which is not there yet */
    Comparison(Origin.Known origin, Path directory) {
        this.origin = origin;
        this.directory = directory;
    }

    /**
     * Compares.
     *
     * @param kept directory and shards of what stayed
     * @param run directory and shards of what would come back
     * @param fresh numbers of the samples of the run that would
     * @return of each number that is a duplicate, the line of the log
     */
    Map<Integer, RejectLog.Entry> with(Path kept, List<Shard> keptShards, Path run, List<Shard> shards, BitSet fresh)
            throws IOException {
        List<Operator> deduplicators = origin.pipeline().operators().stream()
                .filter(Deduplicator.class::isInstance).toList();
        DatasetLookup lookup = new Stayed(new DatasetLookup.Earlier(directory.resolve("signatures"), "",
                () -> new DatasetSource(kept, keptShards)));
        Map<Integer, RejectLog.Entry> dropped = new TreeMap<>();
        Pipeline pipeline = new Pipeline(origin.pipeline().recipe(), deduplicators);
        RunManner manner = RunManner.DATASET.comparing(lookup);
        SampleSource samples = new Candidates(run, shards, fresh);
        try (PipelineRun again = PipelineRun.open(pipeline, samples, directory, origin.config(), List.of(), manner)) {
            while (again.step(STEP_SAMPLES)) {
                continue;
            }
        }
        RejectLog.read(directory, entry -> {
            if (entry.isDrop()) {
                int number = number(entry.sampleId());
                String id = ids.get(number);
                dropped.put(number, new RejectLog.Entry(id, Erasure.documentOf(id), entry.operator(), entry.reason(),
                        entry.stat(), entry.threshold(), standing(entry), List.of()));
            }
        });
        return dropped;
    }

    private String standing(RejectLog.Entry entry) {
        int number = number(entry.standsFor());
        return number < 0 ? entry.standsFor() : ids.get(number);
    }

    /** A candidate's; less than zero for a kept sample. */
    private static int number(String id) {
        int at = id.lastIndexOf(MARK);
        return at < 0 ? -1 : Integer.parseInt(id.substring(at + MARK.length(), id.lastIndexOf('-')));
    }

    /** The samples that would come back; their numbers stand for their places. */
    private final class Candidates implements SampleSource {

        private final Path run;
        private final List<Shard> shards;
        private final BitSet fresh;
        private PlacedLines lines;
        private int next;

        Candidates(Path run, List<Shard> shards, BitSet fresh) throws IOException {
            this.run = run;
            this.shards = shards;
            this.fresh = fresh;
            lines = new PlacedLines(run, shards);
        }

        @Override
        public void seek(String position) {
            try {
                close();
                lines = new PlacedLines(run, shards);
                for (next = 0; next < Integer.parseInt(position); next++) {
                    lines.next();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(run.toString(), e);
            }
        }

        @Override
        public Item next() {
            try {
                for (PlacedLines.Line line = lines.next(); line != null; line = lines.next()) {
                    int number = next++;
                    while (ids.size() <= number) {
                        ids.add(line.place().id());
                    }
                    if (fresh.get(number)) {
                        ObjectNode fields = (ObjectNode) Json.MAPPER.readTree(line.bytes());
                        fields.remove(DatasetManifest.PROVENANCE);
                        return new Read(new Sample(fields, line.place().document() + "?", number, number, 0));
                    }
                }
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(run.toString(), e);
            }
        }

        @Override
        public String position() {
            return Integer.toString(next);
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw new UncheckedIOException(run.toString(), e);
            }
        }
    }

    /** What stayed counts as seen, and only that, whatever the recipe compared with. */
    private record Stayed(DatasetLookup.Earlier dataset) implements DatasetLookup {

        @Override
        public Earlier find(String name) {
            return dataset;
        }

        @Override
        public List<Earlier> of(Deduplicator deduplicator) {
            return List.of(dataset);
        }
    }
}
