package quern.curation.erase;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quern.curation.ClusterDeduplicator;
import quern.curation.DatasetManifest;
import quern.curation.DatasetManifest.Shard;
import quern.curation.Deduplicator;
import quern.curation.DuplicateLog;
import quern.curation.Grouper;
import quern.curation.Json;
import quern.curation.Operator;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.RejectLog;
import quern.curation.RunException;
import quern.curation.RunManner;
import quern.curation.SampleSource;
import quern.curation.Selector;
import quern.curation.SourceCap;
import quern.curation.dedup.PieceDeduplicator;

/**
 * Samples that come back because what they were duplicates of is erased. The documents of such samples, and of those
 * that stand for them, go through the recipe once more, in a run of their own; of its result only what the dataset does
 * not have counts, and only where it is of a sample that an erasure touches. Samples that stay are never taken out.
 *
 * <p>Selectors and caps, which choose among all samples, are left out. Where an operator asks a model, or joins
 * samples, or cuts what others have out of texts, nothing comes back, and the reason is told.
 */
final class Reentry {

    private static final int STEP_SAMPLES = 500;

    private final Touched touched;
    /** Documents that were to be read again and gave nothing. */
    private final Set<String> missing = new TreeSet<>();
    final List<String> notes = new ArrayList<>();
    /** Where the run was made; null where there was none. */
    private Path run;
    private Origin.Known origin;
    /** Whether all samples that stand for others could be made anew. */
    private boolean standsReadable;
    /** Numbers of the samples of the run that come back. */
    private final BitSet fresh = new BitSet();
    /** Samples of the run that are duplicates of others in the dataset. */
    private final List<RejectLog.Entry> refused = new ArrayList<>();
    /** How many of them have a line in the log that says their text was changed, at most. */
    private final Map<String, Integer> unchanged = new HashMap<>();
    /** What the run made, until it is found in the dataset's own files. */
    private final Surplus samples = new Surplus();
    final Surplus rejects = new Surplus();
    final Surplus duplicates = new Surplus();

    private Reentry(Touched touched) {
        this.touched = touched;
    }

    /**
     * Makes the samples anew.
     *
     * @param scratch directory for the run, which is not there yet
     */
    static Reentry of(Path dataset, DatasetManifest old, Erasure erasure, Origin origin, Path scratch, Pace pace)
            throws IOException {
        Reentry reentry = new Reentry(Touched.of(dataset, erasure, chaining(origin, old)));
        if (!reentry.touched.isEmpty()) {
            String refusal = refusal(origin);
            if (refusal.isEmpty()) {
                reentry.make(dataset, old, erasure, (Origin.Known) origin, scratch, pace);
            } else {
                reentry.notes.add("no duplicates come back: " + refusal);
            }
        }
        return reentry;
    }

    private static Set<String> chaining(Origin origin, DatasetManifest old) {
        Set<String> chaining = new HashSet<>();
        if (origin instanceof Origin.Known known && known.pipeline().operators().size() == old.operators().size()) {
            for (int i = 0; i < old.operators().size(); i++) {
                if (known.pipeline().operators().get(i) instanceof ClusterDeduplicator) {
                    chaining.add(old.operators().get(i));
                }
            }
        }
        return chaining;
    }

    /** Why nothing can be made again; empty where it can. */
    private static String refusal(Origin origin) {
        return switch (origin) {
            case Origin.Unknown unknown -> unknown.reason();
            case Origin.Known known -> known.pipeline().operators().stream().map(Reentry::refusal)
                    .filter(reason -> !reason.isEmpty()).findFirst().orElse("");
        };
    }

    private static String refusal(Operator operator) {
        if (operator.waits()) {
            return operator.name() + " asks a model, whose answers would be others";
        }
        return switch (operator) {
            case Grouper _ -> operator.name() + " joins samples of several documents";
            case PieceDeduplicator _ -> operator.name() + " cuts out what other samples have";
            default -> "";
        };
    }

    private void make(Path dataset, DatasetManifest old, Erasure erasure, Origin.Known known, Path scratch,
            Pace pace) throws IOException {
        Set<String> standing = read(dataset, old);
        Set<String> documents = new TreeSet<>(touched.documents());
        documents.addAll(standing);
        Set<String> seen = new HashSet<>();
        SampleSource source = known.documents().open(documents).through(item -> {
            if (item instanceof SampleSource.Read read) {
                seen.add(read.sample().documentId());
            }
            return item;
        });
        RunManner manner = Files.exists(dataset.resolve(RunManner.LINEAGE))
                ? new RunManner(false, true, RunManner.DATASET.tracing(), known.earlier())
                : RunManner.DATASET.comparing(known.earlier());
        DatasetManifest made;
        try (source; PipelineRun again = PipelineRun.open(without(known.pipeline()), source, scratch, known.config(),
                List.of(), manner)) {
            while (again.step(STEP_SAMPLES)) {
                pace.told();
            }
            made = again.manifest();
        } catch (RunException e) {
            notes.add("no duplicates come back: " + e.getMessage());
            return;
        }
        boolean[] stale = new boolean[1];
        DuplicateLog.read(scratch, entry -> stale[0] |= erasure.isOfSample(entry.standsFor()));
        if (stale[0]) {
            notes.add("no duplicates come back: a dataset that the recipe compares with has samples of what is erased");
            return;
        }
        missing.addAll(touched.documents());
        missing.removeAll(seen);
        standsReadable = seen.containsAll(standing);
        origin = known;
        run = scratch;
        fill(made);
    }

    /** Documents of standing samples that the dataset's run has read; others are in earlier datasets. */
    private Set<String> read(Path dataset, DatasetManifest old) {
        Set<String> read = new TreeSet<>(touched.standing);
        read.retainAll(new HashSet<>(old.documentIds()));
        if (read.size() < touched.standing.size()) {
            RejectLog.read(dataset, entry -> {
                if (touched.standing.contains(entry.documentId())) {
                    read.add(entry.documentId());
                }
            });
        }
        return read;
    }

    private Pipeline without(Pipeline pipeline) {
        List<Operator> left = new ArrayList<>();
        for (Operator operator : pipeline.operators()) {
            if (operator instanceof Selector || operator instanceof SourceCap) {
                notes.add("samples that come back did not go through " + operator.name());
            } else {
                left.add(operator);
            }
        }
        return new Pipeline(pipeline.recipe(), left);
    }

    private void fill(DatasetManifest made) throws IOException {
        try (PlacedLines lines = new PlacedLines(run, made.shards())) {
            for (PlacedLines.Line line = lines.next(); line != null; line = lines.next()) {
                if (isTouched(line)) {
                    samples.add(key(line));
                }
            }
        }
        fill(RejectLog.FILE, rejects);
        fill(DuplicateLog.FILE, duplicates);
    }

    private void fill(String log, Surplus surplus) throws IOException {
        try (Lines lines = new Lines(run.resolve(log))) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (isTouched(line)) {
                    surplus.add(line);
                }
            }
        }
    }

    private boolean isTouched(PlacedLines.Line line) {
        return touched.covers(line.place().document(), line.place().from(), line.place().to());
    }

    private boolean isTouched(byte[] logLine) throws IOException {
        return touched.covers(Json.MAPPER.readTree(logLine).path("sample").asText());
    }

    private static byte[] key(PlacedLines.Line line) {
        if (line.lineage() == null) {
            return line.bytes();
        }
        byte[] both = Arrays.copyOf(line.bytes(), line.bytes().length + line.lineage().length);
        System.arraycopy(line.lineage(), 0, both, line.bytes().length, line.lineage().length);
        return both;
    }

    /** Notes a sample that stays in the dataset. */
    void stays(PlacedLines.Line line) {
        if (run != null && isTouched(line)) {
            samples.take(key(line));
        }
    }

    /** Whether a log's line about a duplicate is made anew. */
    boolean redoes(JsonNode node) {
        String standsFor = node.path("duplicate_of").asText();
        return run != null && !standsFor.isEmpty() && touched.holds(node.path("operator").asText(), standsFor)
                && !missing.contains(Erasure.documentOf(node.path("sample").asText()));
    }

    /**
     * Decides which samples come back, after all that stay were noted.
     *
     * @param kept directory and shards of what stays
     */
    void settle(Path kept, List<Shard> keptShards) throws IOException {
        if (run == null) {
            return;
        }
        List<Shard> shards = DatasetManifest.read(run).shards();
        try (PlacedLines lines = new PlacedLines(run, shards)) {
            int number = 0;
            for (PlacedLines.Line line = lines.next(); line != null; line = lines.next()) {
                fresh.set(number++, isTouched(line) && samples.take(key(line)));
            }
        }
        boolean several = origin.pipeline().operators().stream().filter(Deduplicator.class::isInstance).count() > 1;
        if (!fresh.isEmpty() && (several || !standsReadable)) {
            new Comparison(origin, run.resolve("comparison")).with(kept, keptShards, run, shards, fresh)
                    .forEach((number, entry) -> {
                        fresh.clear(number);
                        refused.add(entry);
                        unchanged.merge(entry.sampleId(), 1, Integer::sum);
                    });
        }
    }

    /** Gives the samples that come back. */
    void samples(Sink<PlacedLines.Line> sink) throws IOException {
        if (fresh.isEmpty()) {
            return;
        }
        DatasetManifest made = DatasetManifest.read(run);
        boolean hasStats = Lines.count(run.resolve(RunManner.STATS)) == made.kept();
        try (PlacedLines lines = new PlacedLines(run, made.shards())) {
            int number = 0;
            for (PlacedLines.Line line = lines.next(); line != null; line = lines.next()) {
                if (fresh.get(number++)) {
                    sink.take(hasStats ? line
                            : new PlacedLines.Line(line.bytes(), line.place(), line.lineage(), null));
                }
            }
        }
    }

    /** Gives the lines of the log of dropped samples that are new, after all that stay were taken from the surplus. */
    void newRejects(Sink<byte[]> sink) throws IOException {
        newLines(RejectLog.FILE, rejects, line -> {
            JsonNode node = Json.MAPPER.readTree(line);
            boolean isChange = node.path("action").asText().equals("changed");
            if (!isChange || unchanged.merge(node.path("sample").asText(), -1, Integer::sum) < 0) {
                sink.take(line);
            }
        });
        for (RejectLog.Entry entry : refused) {
            sink.take(RejectLog.line(entry));
        }
    }

    /** The same of the log of duplicates. */
    void newDuplicates(Sink<byte[]> sink) throws IOException {
        newLines(DuplicateLog.FILE, duplicates, sink);
        for (RejectLog.Entry entry : refused) {
            if (!entry.standsFor().isEmpty()) {
                sink.take(DuplicateLog.line(
                        new DuplicateLog.Entry(entry.sampleId(), entry.standsFor(), entry.operator())));
            }
        }
    }

    private void newLines(String log, Surplus surplus, Sink<byte[]> sink) throws IOException {
        if (run == null) {
            return;
        }
        try (Lines lines = new Lines(run.resolve(log))) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (isTouched(line) && surplus.take(line)) {
                    sink.take(line);
                }
            }
        }
    }

    /** Takes one thing after the other. */
    @FunctionalInterface
    interface Sink<T> {
        void take(T one) throws IOException;
    }
}
