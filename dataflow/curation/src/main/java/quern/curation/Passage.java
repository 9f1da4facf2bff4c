package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import quern.curation.report.Measured;

/**
 * Takes batches through the operators of a stage, segment by segment: one ends at each operator that decides at
 * once, and at the end of the stage. Holds nothing that changes; several threads may each work on a batch of their own.
 */
final class Passage {

    private final Recipe recipe;
    private final Stage stage;
    private final RunManner manner;
    /** Index of the operator at which each segment ends; the last one's is the number of operators. */
    private final List<Integer> ends = new ArrayList<>();
    /** What each operator judges by; null where it judges by no number. */
    private final List<Bound> bounds = new ArrayList<>();
    /** Index of the operator behind which samples may be quoted. */
    private final int quotableFrom;

    /** @param hidesLater whether a later stage takes out what must not be shown */
    Passage(Recipe recipe, Stage stage, boolean hidesLater, RunManner manner) {
        this.manner = manner;
        this.recipe = recipe;
        this.stage = stage;
        stage.steps().forEach(step -> bounds.add(step.operator() instanceof Filter filter ? filter.bound() : null));
        quotableFrom = hidesLater ? stage.steps().size() : stage.hiddenUntil();
        for (int i = 0; i < stage.steps().size(); i++) {
            if (Pipeline.decidesInOrder(stage.steps().get(i).operator())) {
                ends.add(i);
            }
        }
        ends.add(stage.steps().size());
    }

    int segments() {
        return ends.size();
    }

    /** Index of the operator that decides behind a segment, which is not the last. */
    int end(int segment) {
        return ends.get(segment);
    }

    /** Takes a batch through its next segment. */
    void work(Batch batch) {
        int from = batch.segment == 0 ? 0 : ends.get(batch.segment - 1) + 1;
        int to = ends.get(batch.segment);
        for (Passed item : batch.takeItems()) {
            if (item instanceof Passed.Going going) {
                count(batch, going.draft());
                through(batch, from, to, going.draft());
            } else {
                batch.items.add(item);
            }
        }
        batch.segment++;
    }

    /** The text's bytes in UTF-8, once: where the first segment of a run begins. */
    private void count(Batch batch, Draft draft) {
        if (batch.isFresh && batch.segment == 0
                && FieldPath.get(draft.fields(), recipe.textKey()) instanceof TextNode text) {
            batch.counts.bytes += Utf8.bytes(text.textValue());
            batch.counts.surveying().read(text.textValue());
        }
    }

    private void through(Batch batch, int from, int to, Draft first) {
        Draft draft = first;
        for (int i = from; i < to; i++) {
            Stage.Labelled step = stage.steps().get(i);
            RunCounts.PerOperator count = batch.counts.of(step.label());
            count.in++;
            long start = System.nanoTime();
            List<Draft> out;
            try {
                out = apply(batch, i, draft);
            } catch (RunException | UncheckedIOException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                failed(batch, step, count, draft, e);
                return;
            } finally {
                count.nanos += System.nanoTime() - start;
                draft.takeNotes().forEach(note -> count.noted.merge(note, 1L, Long::sum));
            }
            if (out.size() != 1) {
                count.made += out.isEmpty() ? 0 : out.size() - 1;
                for (Draft made : out) {
                    through(batch, i + 1, to, made);
                }
                return;
            }
            draft = out.getFirst();
        }
        end(batch, to, draft);
    }

    /** An empty list where the sample was dropped, and the drop is booked. */
    private List<Draft> apply(Batch batch, int index, Draft draft) {
        Stage.Labelled step = stage.steps().get(index);
        return switch (step.operator()) {
            case Mapper mapper -> {
                boolean traced = manner.tracing().covers(step.operator().name()) && !mapper.hidesText();
                String before = traced ? text(draft) : null;
                List<Draft> made = mapper.apply(draft);
                if (before != null && made.size() == 1 && !before.equals(text(made.getFirst()))) {
                    ObjectNode line = Json.object();
                    manner.tracing().keys().forEach(key -> line.set(key, FieldPath.get(draft.fields(), key)));
                    line.put("original text", before);
                    batch.trace("mapper", step.label(), manner, line.put("processed_text", text(made.getFirst())));
                }
                for (Draft one : made) {
                    if (one != draft) {
                        one.inherit(draft.changedBy());
                    }
                    one.changedSinceBy(step.label());
                }
                if (made.isEmpty()) {
                    drop(batch, step.label(), draft, new Verdict.Drop(mapper.emptyReason(), Double.NaN));
                }
                yield made;
            }
            case Filter filter -> switch (measured(batch, index, draft, filter.judge(draft))) {
                case Verdict.Keep _ -> List.of(draft);
                case Verdict.Drop _ when manner.isAnalysis() -> List.of(draft);
                case Verdict.Drop drop -> {
                    if (manner.tracing().covers(step.operator().name())) {
                        batch.trace("filter", step.label(), manner, draft.fields());
                    }
                    drop(batch, step.label(), draft, drop);
                    yield List.of();
                }
            };
            case Deduplicator _, Selector _, Grouper _, SourceCap _ ->
                    throw new IllegalStateException(step.label() + " ends its segment");
        };
    }

    private Verdict measured(Batch batch, int index, Draft draft, Verdict verdict) {
        Bound bound = bounds.get(index);
        if (bound != null) {
            RunCounts.PerOperator count = batch.counts.of(stage.steps().get(index).label());
            if (count.measuring == null) {
                count.measuring = new Measured.Part(bound.keep());
            }
            boolean kept = verdict instanceof Verdict.Keep;
            double value = draft.stat(bound.stat());
            if (index < quotableFrom) {
                count.measuring.add(value, kept);
            } else {
                count.measuring.add(value, kept, draft, recipe.textKey());
            }
        }
        return verdict;
    }

    private String text(Draft draft) {
        return FieldPath.get(draft.fields(), recipe.textKey()) instanceof TextNode text ? text.textValue() : "";
    }

    private void end(Batch batch, int at, Draft draft) {
        boolean within = at < stage.steps().size();
        if (!within && stage.decider() == null) {
            batch.items.add(ShardWriter.ready(draft, recipe, manner));
            batch.counts.surveying().ended(draft, true, recipe.textKey());
            draft.releaseView();
            return;
        }
        Stage.Labelled step = within ? stage.steps().get(at) : stage.decider();
        RunCounts.PerOperator count = batch.counts.of(step.label());
        count.in++;
        long start = System.nanoTime();
        try {
            if (within) {
                batch.items.add(new Passed.Going(draft, step.operator() instanceof StreamDeduplicator deduplicator
                        ? deduplicator.keys(draft.view(deduplicator.textKey())) : null));
                return;
            }
            Passed.Ready ready = Spill.ready(draft, step.operator() instanceof ClusterDeduplicator c ? c : null);
            if (ready == null) {
                drop(batch, step.label(), draft, new Verdict.Drop("too short to compare", Double.NaN));
            } else {
                batch.items.add(ready);
            }
        } catch (RunException | UncheckedIOException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            failed(batch, step, count, draft, e);
        } finally {
            count.nanos += System.nanoTime() - start;
            draft.releaseView();
        }
    }

    private void failed(Batch batch, Stage.Labelled step, RunCounts.PerOperator count, Draft draft, Throwable e) {
        String reason = e instanceof SampleException ? e.getMessage() : "failed: " + e.getClass().getSimpleName();
        if (!recipe.skipErrors()) {
            throw new RunException(step.label() + " failed on sample " + draft.sample().id() + ": " + reason, e);
        }
        count.errors++;
        drop(batch, step.label(), draft, new Verdict.Drop(reason, Double.NaN));
    }

    static void drop(Batch batch, String label, Draft draft, Verdict.Drop drop) {
        drop(batch, label, draft, drop, "");
    }

    /** @param standsFor id of the sample it is a duplicate of; empty where it is none */
    static void drop(Batch batch, String label, Draft draft, Verdict.Drop drop, String standsFor) {
        batch.counts.drop(label, drop.reason());
        batch.counts.surveying().ended(draft, false, "");
        draft.releaseView();
        batch.items.add(new Passed.Dropped(new RejectLog.Entry(draft.sample().id(), draft.sample().documentId(), label,
                drop.reason(), drop.stat(), drop.threshold(), standsFor, draft.changedBy())));
    }
}
