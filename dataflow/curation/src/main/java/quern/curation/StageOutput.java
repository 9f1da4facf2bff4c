package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quern.config.CurationConfig;

/**
 * Where the samples of one stage end, batch by batch in order: at deduplicators that decide at once, in the spill
 * before the next stage, or in the shards. One thread at a time.
 */
final class StageOutput implements AutoCloseable {

    private static final int SIGNATURE_BYTES = 16;

    private final CurationConfig config;
    private final Stage stage;
    private final RunCounts counts;
    private final AppendFile rejectFile;
    private final RejectLog rejects;
    private final Spill spill;
    private final ShardWriter shards;
    private final String lastDocument;
    private final SignatureSet[] sets;
    private final AppendFile[] setFiles;
    private final Traces traces;

    StageOutput(Path directory, Recipe recipe, RunManner manner, CurationConfig config, List<Stage> stages, int index,
            RunCounts counts, Map<String, Long> lengths, String lastDocument) {
        this.config = config;
        this.stage = stages.get(index);
        this.counts = counts;
        this.lastDocument = lastDocument;
        rejectFile = new AppendFile(directory.resolve(RejectLog.FILE), lengths.getOrDefault(RejectLog.FILE, 0L));
        rejects = new RejectLog(rejectFile);
        boolean last = index == stages.size() - 1;
        long shardBytes = recipe.shardBytes() > 0 ? recipe.shardBytes()
                : manner.whole() ? Long.MAX_VALUE : config.shard().bytes();
        shards = last ? new ShardWriter(directory, shardBytes, counts, lengths, lastDocument) : null;
        traces = new Traces(directory, manner.tracing().samplesMax(), lengths);
        spill = last ? null : new Spill(directory, index,
                stage.decider().operator() instanceof Deduplicator deduplicator ? deduplicator : null, lengths);
        sets = new SignatureSet[stage.steps().size()];
        setFiles = new AppendFile[stage.steps().size()];
        for (int i = 0; i < sets.length; i++) {
            if (stage.steps().get(i).operator() instanceof Deduplicator) {
                openSet(directory.resolve("exact-" + index + "-" + i + ".sig"), i, lengths);
            }
        }
    }

    /** Lets the deduplicator behind a batch's last segment keep the first of each kind. */
    void decide(Batch batch, int index) {
        Stage.Labelled step = stage.steps().get(index);
        Deduplicator deduplicator = (Deduplicator) step.operator();
        long start = System.nanoTime();
        for (Passed item : batch.takeItems()) {
            if (!(item instanceof Passed.Going going)) {
                batch.items.add(item);
                continue;
            }
            requireMemory(step, deduplicator, sets[index].count() + 1);
            ByteBuffer halves = ByteBuffer.wrap(going.signature());
            if (sets[index].add(halves.getLong(), halves.getLong())) {
                setFiles[index].append(going.signature(), SIGNATURE_BYTES);
                batch.items.add(new Passed.Going(going.draft(), null));
            } else {
                Passage.drop(batch, step.label(), going.draft(), new Verdict.Drop("duplicate", Double.NaN));
            }
        }
        batch.counts.of(step.label()).nanos += System.nanoTime() - start;
        Map<String, Long> lengths = new HashMap<>(batch.lengths);
        lengths.put(setFiles[index].path().getFileName().toString(), setFiles[index].length());
        batch.lengths = lengths;
    }

    private void requireMemory(Stage.Labelled step, Deduplicator deduplicator, long samples) {
        if (deduplicator.memoryBytesPerSample() * samples > config.deduplicationMemory().bytes()) {
            throw new RunException(step.label() + ": signatures of " + (samples - 1) + " samples take the "
                    + config.deduplicationMemory().bytes() + " bytes that curation.deduplication-memory allows");
        }
    }

    /** Writes a batch that came through all segments, and counts it. */
    void write(Batch batch) {
        for (Passed item : batch.items) {
            switch (item) {
                case Passed.Dropped dropped -> rejects.append(dropped.entry());
                case Passed.Ready ready when shards != null -> {
                    shards.append(ready);
                    if (ready.changed() != null) {
                        counts.changed++;
                        rejects.append(ready.changed());
                    }
                }
                case Passed.Ready ready -> spill.append(ready);
                case Passed.Going going ->
                        throw new IllegalStateException(going.draft().sample().id() + " has not come through");
            }
        }
        traces.write(batch);
        counts.add(batch.counts);
    }

    String lastDocument() {
        return shards == null ? lastDocument : shards.lastDocument();
    }

    void force() {
        rejectFile.force();
        traces.force();
        for (AppendFile file : setFiles) {
            if (file != null) {
                file.force();
            }
        }
        if (spill != null) {
            spill.force();
        } else {
            shards.force();
        }
    }

    void lengths(Map<String, Long> into) {
        into.put(RejectLog.FILE, rejectFile.length());
        traces.lengths(into);
        for (AppendFile file : setFiles) {
            if (file != null) {
                into.put(file.path().getFileName().toString(), file.length());
            }
        }
        if (spill != null) {
            spill.lengths(into);
        } else {
            shards.lengths(into);
        }
    }

    @Override
    public void close() {
        rejectFile.close();
        traces.close();
        for (AppendFile file : setFiles) {
            if (file != null) {
                file.close();
            }
        }
        if (spill != null) {
            spill.close();
        } else {
            shards.close();
        }
    }

    private void openSet(Path path, int index, Map<String, Long> lengths) {
        setFiles[index] = new AppendFile(path, lengths.getOrDefault(path.getFileName().toString(), 0L));
        sets[index] = new SignatureSet();
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(path));
            while (all.remaining() >= SIGNATURE_BYTES) {
                sets[index].add(all.getLong(), all.getLong());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
