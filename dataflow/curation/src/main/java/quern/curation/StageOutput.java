package quern.curation;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quern.config.CurationConfig;

/**
 * Where the samples of one stage end, batch by batch in order: at deduplicators that decide at once, in the spill
 * before the next stage, or in the shards. One thread at a time.
 */
final class StageOutput implements AutoCloseable {

    private final Stage stage;
    private final RunCounts counts;
    private final AppendFile rejectFile;
    private final RejectLog rejects;
    private final DuplicateLog duplicates;
    private final Spill spill;
    private final ShardWriter shards;
    private final String lastDocument;
    /** One for each operator that decides within the stage. */
    private final Map<Integer, StreamDecider> deciders = new TreeMap<>();
    private final Map<Integer, CapDecider> caps = new TreeMap<>();
    private final Traces traces;

    StageOutput(Path directory, Recipe recipe, RunManner manner, CurationConfig config, List<Stage> stages, int index,
            RunCounts counts, Map<String, Long> lengths, String lastDocument) {
        this.stage = stages.get(index);
        this.counts = counts;
        this.lastDocument = lastDocument;
        rejectFile = new AppendFile(directory.resolve(RejectLog.FILE), lengths.getOrDefault(RejectLog.FILE, 0L));
        rejects = new RejectLog(rejectFile);
        duplicates = new DuplicateLog(directory, lengths);
        boolean last = index == stages.size() - 1;
        long shardBytes = recipe.shardBytes() > 0 ? recipe.shardBytes()
                : manner.whole() ? Long.MAX_VALUE : config.shard().bytes();
        shards = last ? new ShardWriter(directory, shardBytes, counts, lengths, lastDocument) : null;
        traces = new Traces(directory, manner.tracing().samplesMax(), lengths);
        spill = last ? null : new Spill(directory, index,
                stage.decider().operator() instanceof ClusterDeduplicator cluster ? cluster : null, lengths);
        for (int i = 0; i < stage.steps().size(); i++) {
            if (stage.steps().get(i).operator() instanceof StreamDeduplicator deduplicator) {
                deciders.put(i, new StreamDecider(directory, "exact-" + index + "-" + i, deduplicator,
                        config.deduplicationMemory().bytes(), lengths, new EarlierDatasets(manner.earlier())));
            } else if (stage.steps().get(i).operator() instanceof SourceCap cap) {
                caps.put(i, new CapDecider(directory, "exact-" + index + "-" + i + "-sources", cap,
                        config.deduplicationMemory().bytes() / 4, lengths));
            }
        }
    }

    /** Lets the operator behind a batch's last segment decide, in input order. */
    void decide(Batch batch, int index) {
        Stage.Labelled step = stage.steps().get(index);
        RunCounts.PerOperator count = batch.counts.of(step.label());
        Map<String, Long> lengths = new HashMap<>(batch.lengths);
        long start = System.nanoTime();
        if (caps.containsKey(index)) {
            cap(batch, step, caps.get(index), count);
            caps.get(index).lengths(lengths);
        } else {
            deduplicate(batch, step, deciders.get(index), count);
            deciders.get(index).lengths(lengths);
        }
        count.nanos += System.nanoTime() - start;
        batch.lengths = lengths;
    }

    private static void cap(Batch batch, Stage.Labelled step, CapDecider decider, RunCounts.PerOperator count) {
        for (Passed item : batch.takeItems()) {
            if (!(item instanceof Passed.Going going)) {
                batch.items.add(item);
                continue;
            }
            Verdict verdict = decider.decide(going.draft());
            going.draft().takeNotes().forEach(note -> count.noted.merge(note, 1L, Long::sum));
            if (verdict instanceof Verdict.Drop drop) {
                Passage.drop(batch, step.label(), going.draft(), drop);
            } else {
                batch.items.add(item);
            }
        }
    }

    /** Keeps the first of each kind. */
    private static void deduplicate(
            Batch batch, Stage.Labelled step, StreamDecider decider, RunCounts.PerOperator count) {
        for (Passed item : batch.takeItems()) {
            if (!(item instanceof Passed.Going going)) {
                batch.items.add(item);
                continue;
            }
            Draft draft = going.draft();
            StreamDecider.Decision decision = decider.decide(draft, going.keys());
            switch (decision.outcome()) {
                case StreamDeduplicator.Remaining remaining -> {
                    if (remaining.cut() > 0) {
                        draft.setText(((Deduplicator) step.operator()).textKey(), remaining.text());
                        draft.changedSinceBy(step.label());
                        count.noted.merge("repeated pieces cut out", (long) remaining.cut(), Long::sum);
                    }
                    batch.items.add(new Passed.Going(draft, null));
                }
                case StreamDeduplicator.Repeated repeated -> Passage.drop(batch, step.label(), draft,
                        new Verdict.Drop(repeated.reason(), Double.NaN), decision.standsFor());
            }
        }
    }

    /** Writes a batch that came through all segments, and counts it. */
    void write(Batch batch) {
        for (Passed item : batch.items) {
            switch (item) {
                case Passed.Dropped dropped -> {
                    rejects.append(dropped.entry());
                    duplicates.append(dropped.entry());
                }
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
        duplicates.force();
        deciders.values().forEach(StreamDecider::force);
        caps.values().forEach(CapDecider::force);
        if (spill != null) {
            spill.force();
        } else {
            shards.force();
        }
    }

    void lengths(Map<String, Long> into) {
        into.put(RejectLog.FILE, rejectFile.length());
        traces.lengths(into);
        duplicates.lengths(into);
        deciders.values().forEach(decider -> decider.lengths(into));
        caps.values().forEach(decider -> decider.lengths(into));
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
        duplicates.close();
        deciders.values().forEach(StreamDecider::close);
        caps.values().forEach(CapDecider::close);
        if (spill != null) {
            spill.close();
        } else {
            shards.close();
        }
    }
}
