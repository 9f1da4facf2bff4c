package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import quern.actors.House;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.serving.AdapterShelf;
import quern.config.QuernException;
import quern.inference.transformer.LoraWeights;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;
import quern.kv.journal.Taint;
import quern.kv.journal.WriteSet;
import quern.tuning.Evaluation;

/**
 * What follows the gate's decision. Passed: the adapter is served under its own id, and the alias of its name points to
 * it from now on; a compressed one takes the other's place only where the alias points to it. Refused: it is
 * kept with the reasons, served to nobody, and no alias moves. So is one that passed and whose dataset is tainted,
 * unless that was allowed: it can still be published by hand.
 *
 * @param name part of its id, and the alias
 * @param descent what it has learnt from, and what it was made of
 * @param heldBack whether it waits for somebody's word when it has passed
 */
record AdapterPublication(
        House house, House.Running running, JobRecord job, String name, Descent descent, boolean allowTainted,
        boolean heldBack) {

    private static final int ID_CHARS = 8;

    /**
     * @param made directory of its files, moved to where it is kept
     * @param result what the job tells besides
     */
    JobOutcome of(Evaluation evaluation, LoraWeights weights, Path made, ObjectNode result) {
        String id = "ft:" + running.parts().modelId() + ":" + name + ":"
                + job.id().substring(job.id().length() - ID_CHARS);
        DataDirectory data = house.stores().directory();
        Path directory = data.adapters().resolve(id.replace(':', '-'));
        keep(made, directory, data);
        boolean passed = evaluation.passed();
        boolean tainted = !allowTainted
                && descent.sources().stream().anyMatch(source ->
                        !Taint.of(house.stores().catalogue(), house.stores().quarantine())
                                .ofDataset(source.id()).isEmpty());
        Ownership ownership = job.ownership().union(descent.ownership());
        AdapterRecord adapter = new AdapterRecord(
                id, name, weights.fingerprint(), running.parts().model().fingerprint(), descent.trainingId(),
                job.id(),
                data.recorded(directory), state(passed, tainted, heldBack),
                Optional.of(evaluation.toJson().toString()), ownership, System.currentTimeMillis());
        WriteSet changes = new WriteSet().put(RecordKind.ADAPTER, id, adapter)
                .edge(new Edge(RecordKind.JOB, job.id(), RecordKind.ADAPTER, id, "made-by", ""));
        for (RecordRef source : descent.sources()) {
            changes.edge(new Edge(source.kind(), source.id(), RecordKind.ADAPTER, id, Descent.TRAINING_SET, ""));
        }
        descent.parents().forEach(from -> changes.edge(
                new Edge(RecordKind.ADAPTER, from.id(), RecordKind.ADAPTER, id, descent.role(), "")));
        result.put("fine_tuned_model", passed && !tainted ? id : null).put("adapter", id).put("alias", name);
        result.set("gate", evaluation.toJson());
        if (!passed) {
            return new JobOutcome.Refused(
                    "the evaluation gate refused the adapter: " + String.join("; ", evaluation.refusals()),
                    result.toString(), changes);
        }
        if (tainted) {
            return new JobOutcome.Refused("the adapter is not published: documents of dataset '"
                    + descent.trainingId() + "' or of one before it were put into quarantine meanwhile",
                    result.toString(), changes);
        }
        new AdapterShelf(running.parts().model(), house.stores()).serve(adapter);
        result.put("published", !heldBack);
        if (!heldBack) {
            moveAlias(id, ownership, changes);
        }
        return new JobOutcome.Succeeded(result.toString(), changes);
    }

    /** The gate's decision, for a job's list of events. */
    static JobNote decision(Evaluation evaluation) {
        return JobNote.metrics(evaluation.passed() ? "the evaluation gate was passed"
                : "the evaluation gate refused: " + String.join("; ", evaluation.refusals()),
                evaluation.toJson().toString());
    }

    private static AdapterState state(boolean passed, boolean tainted, boolean heldBack) {
        return !passed ? AdapterState.REFUSED : tainted ? AdapterState.WITHHELD
                : heldBack ? AdapterState.PASSED : AdapterState.LIVE;
    }

    private void moveAlias(String adapterId, Ownership ownership, WriteSet changes) {
        Catalogue catalogue = house.stores().catalogue();
        long nowMs = System.currentTimeMillis();
        Optional<AliasRecord> known = catalogue.get(RecordKind.ALIAS, name, AliasRecord.class);
        Optional<String> current = known.flatMap(AliasRecord::current);
        if (descent.role().equals(Descent.COMPRESSED)
                && !current.equals(Optional.of(descent.parents().getFirst().id()))) {
            return;
        }
        changes.put(RecordKind.ALIAS, name, known
                .map(alias -> alias.published(adapterId, nowMs))
                .orElseGet(() -> AliasRecord.of(name, adapterId, ownership, nowMs)));
        current.flatMap(id -> catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class))
                .ifPresent(old -> changes.put(RecordKind.ADAPTER, old.id(), old.withState(AdapterState.RETIRED)));
    }

    private static void keep(Path from, Path to, DataDirectory data) {
        try {
            if (Files.exists(to)) {
                DataDirectory.removeTree(to);
            }
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.forceDirectory(data.adapters());
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "the adapter cannot be kept at " + to + ": " + e.getMessage(), e);
        }
    }
}
