package quern.curation;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import quern.config.CurationConfig;

/**
 * Takes samples through the operators of one stage and writes what comes out: to the spill before the next, or to the
 * shards.
 */
final class StageOutput implements AutoCloseable {

    private final Recipe recipe;
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
    private final byte[] signature = new byte[16];

    StageOutput(Path directory, Recipe recipe, CurationConfig config, List<Stage> stages, int index, RunCounts counts,
            Map<String, Long> lengths, String lastDocument) {
        this.recipe = recipe;
        this.config = config;
        this.stage = stages.get(index);
        this.counts = counts;
        this.lastDocument = lastDocument;
        rejectFile = new AppendFile(directory.resolve(RejectLog.FILE), lengths.getOrDefault(RejectLog.FILE, 0L));
        rejects = new RejectLog(rejectFile);
        boolean last = index == stages.size() - 1;
        shards = last ? new ShardWriter(directory, recipe, config.shard().bytes(), counts, lengths, lastDocument)
                : null;
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

    void accept(Draft draft) {
        through(0, draft);
    }

    void reject(RejectLog.Entry entry) {
        counts.drop(entry.operator(), entry.reason());
        rejects.append(entry);
    }

    String lastDocument() {
        return shards == null ? lastDocument : shards.lastDocument();
    }

    void force() {
        rejectFile.force();
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

    /** From one operator to the next until the sample is dropped, becomes several, or is through. */
    private void through(int from, Draft draft) {
        for (int i = from; i < stage.steps().size(); i++) {
            Stage.Labelled step = stage.steps().get(i);
            RunCounts.PerOperator count = counts.of(step.label());
            count.in++;
            long start = System.nanoTime();
            List<Draft> out;
            try {
                out = apply(i, step, draft);
            } catch (RunException | UncheckedIOException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                failed(step, count, draft, e);
                return;
            } finally {
                count.nanos += System.nanoTime() - start;
            }
            if (out.size() != 1) {
                spread(i + 1, count, out);
                return;
            }
            draft = out.getFirst();
        }
        write(draft);
    }

    private void spread(int next, RunCounts.PerOperator count, List<Draft> drafts) {
        if (!drafts.isEmpty()) {
            count.made += drafts.size() - 1;
            for (Draft made : drafts) {
                through(next, made);
            }
        }
    }

    /** An empty list where the sample was dropped, and the drop is booked. */
    private List<Draft> apply(int index, Stage.Labelled step, Draft draft) {
        return switch (step.operator()) {
            case Mapper mapper -> {
                List<Draft> made = mapper.apply(draft);
                draft.takeNotes().forEach(note -> counts.of(step.label()).noted.merge(note, 1L, Long::sum));
                if (made.isEmpty()) {
                    drop(step.label(), draft, mapper.emptyReason(), Double.NaN);
                }
                yield made;
            }
            case Filter filter -> switch (filter.judge(draft)) {
                case Verdict.Keep _ -> List.of(draft);
                case Verdict.Drop drop -> {
                    drop(step.label(), draft, drop.reason(), drop.stat());
                    yield List.of();
                }
            };
            case Deduplicator deduplicator -> firstOfItsKind(index, step, deduplicator, draft);
            case Selector _ -> throw new IllegalStateException("a selector ends its stage");
        };
    }

    private List<Draft> firstOfItsKind(int index, Stage.Labelled step, Deduplicator deduplicator, Draft draft) {
        long needed = deduplicator.memoryBytesPerSample() * (sets[index].count() + 1);
        if (needed > config.deduplicationMemory().bytes()) {
            throw new RunException(step.label() + ": signatures of " + sets[index].count() + " samples take the "
                    + config.deduplicationMemory().bytes() + " bytes that curation.deduplication-memory allows");
        }
        deduplicator.sign(draft.view(deduplicator.textKey()), signature, 0);
        ByteBuffer halves = ByteBuffer.wrap(signature);
        if (!sets[index].add(halves.getLong(), halves.getLong())) {
            drop(step.label(), draft, "duplicate", Double.NaN);
            return List.of();
        }
        setFiles[index].append(signature, signature.length);
        return List.of(draft);
    }

    private void failed(Stage.Labelled step, RunCounts.PerOperator count, Draft draft, Throwable e) {
        String reason = e instanceof SampleException ? e.getMessage() : "failed: " + e.getClass().getSimpleName();
        if (!recipe.skipErrors()) {
            throw new RunException(step.label() + " failed on sample " + draft.sample().id() + ": " + reason, e);
        }
        count.errors++;
        drop(step.label(), draft, reason, Double.NaN);
    }

    private void write(Draft draft) {
        if (shards != null) {
            shards.append(draft);
            return;
        }
        RunCounts.PerOperator count = counts.of(stage.decider().label());
        count.in++;
        long start = System.nanoTime();
        boolean admitted;
        try {
            admitted = spill.append(draft);
        } catch (RunException | UncheckedIOException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            failed(stage.decider(), count, draft, e);
            return;
        } finally {
            count.nanos += System.nanoTime() - start;
        }
        if (!admitted) {
            drop(stage.decider().label(), draft, "too short to compare", Double.NaN);
        }
    }

    private void drop(String label, Draft draft, String reason, double stat) {
        reject(new RejectLog.Entry(draft.sample().id(), draft.sample().documentId(), label, reason, stat));
    }

    private void openSet(Path path, int index, Map<String, Long> lengths) {
        setFiles[index] = new AppendFile(path, lengths.getOrDefault(path.getFileName().toString(), 0L));
        sets[index] = new SignatureSet();
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(path));
            while (all.remaining() >= signature.length) {
                sets[index].add(all.getLong(), all.getLong());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
