package quern.kv.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a standing pipeline is. Immutable.
 *
 * @param position in the journal, up to which documents were looked at; of pipelines without a folder
 * @param arrived documents that wait for a curation
 * @param curating under way
 * @param fresh datasets that no tuning has used yet
 * @param used datasets of earlier tunings
 * @param tuning under way
 * @param candidate an adapter that passed its gate and waits for somebody's word
 * @param live the adapter that was published last
 * @param asked whether somebody wants a tuning whatever there is
 * @param held whether the last tuning could not run, so that the next one waits for new samples or somebody's word
 * @param runs curations and tunings begun so far
 * @param problem what went wrong last; absent once something went right
 * @param freshSinceMs when the first of {@code fresh} was made
 */
public record PipelineRecord(
        String name, Ownership ownership, long position, List<String> arrived, Optional<Run> curating,
        List<Fresh> fresh, List<String> used, Optional<Run> tuning, Optional<String> candidate, Optional<String> live,
        boolean asked, boolean held, int runs, Optional<String> problem, long freshSinceMs, long updatedAtMs) {

    /**
     * A job under way.
     *
     * @param inputs documents or datasets
     * @param jobId absent until it was accepted
     */
    public record Run(int number, List<String> inputs, Optional<String> jobId) {}

    /** A dataset and how many samples it has. */
    public record Fresh(String datasetId, long samples) {}

    public PipelineRecord {
        arrived = List.copyOf(arrived);
        fresh = List.copyOf(fresh);
        used = List.copyOf(used);
    }

    /** One that has seen nothing yet. */
    public static PipelineRecord of(String name, Ownership ownership, long nowMs) {
        return new PipelineRecord(name, ownership, 0, List.of(), Optional.empty(), List.of(), List.of(),
                Optional.empty(), Optional.empty(), Optional.empty(), false, false, 0, Optional.empty(), nowMs, nowMs);
    }

    /** Samples that no tuning has used yet. */
    public long freshSamples() {
        return fresh.stream().mapToLong(Fresh::samples).sum();
    }

    /** Datasets so far, the newest last. */
    public List<String> datasets() {
        List<String> all = new ArrayList<>(used);
        fresh.forEach(one -> all.add(one.datasetId()));
        return all;
    }

    /** More documents wait. */
    public PipelineRecord arrived(List<String> documents, long upTo, long nowMs) {
        List<String> all = new ArrayList<>(arrived);
        documents.stream().filter(document -> !all.contains(document)).forEach(all::add);
        return new PipelineRecord(name, ownership, upTo, all, curating, fresh, used, tuning, candidate, live, asked,
                held, runs, problem, freshSinceMs, nowMs);
    }

    /** The documents that wait are curated from now on. */
    public PipelineRecord curating(long nowMs) {
        return new PipelineRecord(name, ownership, position, List.of(),
                Optional.of(new Run(runs + 1, arrived, Optional.empty())), fresh, used, tuning, candidate, live, asked,
                held, runs + 1, problem, freshSinceMs, nowMs);
    }

    public PipelineRecord curatingAs(String jobId, long nowMs) {
        return with(curating.map(run -> new Run(run.number(), run.inputs(), Optional.of(jobId))), tuning, nowMs);
    }

    /** @param dataset absent: nothing was kept */
    public PipelineRecord curated(Optional<Fresh> dataset, long nowMs) {
        List<Fresh> more = new ArrayList<>(fresh);
        dataset.filter(made -> !datasets().contains(made.datasetId())).ifPresent(more::add);
        return new PipelineRecord(name, ownership, position, arrived, Optional.empty(), more, used, tuning, candidate,
                live, asked, held && more.size() == fresh.size(), runs, Optional.empty(),
                fresh.isEmpty() ? nowMs : freshSinceMs, nowMs);
    }

    /** The documents wait again, behind what went wrong. */
    public PipelineRecord notCurated(String why, long nowMs) {
        List<String> again = new ArrayList<>(curating.map(Run::inputs).orElse(List.of()));
        arrived.stream().filter(document -> !again.contains(document)).forEach(again::add);
        return new PipelineRecord(name, ownership, position, again, Optional.empty(), fresh, used, tuning, candidate,
                live, asked, held, runs, Optional.of(why), freshSinceMs, nowMs);
    }

    /** All datasets are learnt from now on. */
    public PipelineRecord tuning(long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, curating, fresh, used,
                Optional.of(new Run(runs + 1, datasets(), Optional.empty())), candidate, live, false, false, runs + 1,
                problem, freshSinceMs, nowMs);
    }

    public PipelineRecord tuningAs(String jobId, long nowMs) {
        return with(curating, tuning.map(run -> new Run(run.number(), run.inputs(), Optional.of(jobId))), nowMs);
    }

    /**
     * A tuning had its gate's decision.
     *
     * @param published the adapter that is live now
     * @param waiting the one that waits for somebody's word
     * @param refusal the gate's, if it refused
     */
    public PipelineRecord tuned(
            Optional<String> published, Optional<String> waiting, Optional<String> refusal, long nowMs) {
        List<String> learnt = tuning.map(Run::inputs).orElse(List.of());
        List<String> nowUsed = new ArrayList<>(used);
        learnt.stream().filter(dataset -> !nowUsed.contains(dataset)).forEach(nowUsed::add);
        return new PipelineRecord(name, ownership, position, arrived, curating,
                fresh.stream().filter(one -> !nowUsed.contains(one.datasetId())).toList(), nowUsed, Optional.empty(),
                waiting, published.or(() -> live), asked, held, runs, refusal, nowMs, nowMs);
    }

    public PipelineRecord notTuned(String why, long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, curating, fresh, used, Optional.empty(),
                candidate, live, asked, true, runs, Optional.of(why), freshSinceMs, nowMs);
    }

    /** Somebody's word about the candidate. */
    public PipelineRecord decided(boolean approved, long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, curating, fresh, used, tuning, Optional.empty(),
                approved ? candidate : live, asked, held, runs, problem, freshSinceMs, nowMs);
    }

    /** Somebody wants a tuning. */
    public PipelineRecord asked(long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, curating, fresh, used, tuning, candidate, live,
                true, false, runs, Optional.empty(), freshSinceMs, nowMs);
    }

    /** Something went wrong, or, where it is absent, no longer does. */
    public PipelineRecord problem(Optional<String> why, long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, curating, fresh, used, tuning, candidate, live,
                asked, held, runs, why, freshSinceMs, nowMs);
    }

    private PipelineRecord with(Optional<Run> nowCurating, Optional<Run> nowTuning, long nowMs) {
        return new PipelineRecord(name, ownership, position, arrived, nowCurating, fresh, used, nowTuning, candidate,
                live, asked, held, runs, problem, freshSinceMs, nowMs);
    }
}
