package quern.actors.erase;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.actors.RecordText;
import quern.actors.Stores;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;

/** Tunes anew, on the dataset without the document, what an alias pointed to; the gate decides as always. */
final class Retraining {

    static final String JOBS = "retrained";

    private final Stores stores;
    private final ErasureFacts facts;
    private final long sinceMs;
    private final Submission submission;

    @FunctionalInterface
    interface Submission {
        void submit(JobRecord like, String specJson);
    }

    Retraining(Stores stores, ErasureFacts facts, long sinceMs, Submission submission) {
        this.stores = stores;
        this.facts = facts;
        this.sinceMs = sinceMs;
        this.submission = submission;
    }

    void begin() {
        Set<String> aliased = new LinkedHashSet<>();
        facts.list(AdapterErasure.ALIASES).forEach(alias -> aliased.add(alias.path("from").asText()));
        for (String adapter : facts.ids(AdapterErasure.ADAPTERS)) {
            if (aliased.contains(adapter)) {
                tuning(adapter).ifPresent(job -> again(adapter, job));
            }
        }
    }

    /** The job that tuned an adapter; of a compressed one, the other's. What was merged is not merged again. */
    private Optional<JobRecord> tuning(String adapterId) {
        for (Edge edge : stores.catalogue().edgesTo(RecordKind.ADAPTER, adapterId)) {
            if (edge.fromKind() == RecordKind.ADAPTER && edge.role().equals("compressed")) {
                return tuning(edge.fromId());
            }
        }
        return stores.catalogue().get(RecordKind.ADAPTER, adapterId, AdapterRecord.class)
                .flatMap(adapter -> stores.catalogue().get(RecordKind.JOB, adapter.jobId(), JobRecord.class))
                .filter(job -> job.kind() == JobKind.TUNE);
    }

    private void again(String adapter, JobRecord job) {
        ObjectNode spec = RecordText.read(job.specJson(), ObjectNode.class);
        Optional<String> dataset = TombstoneRecord.dataset(stores.catalogue(), spec.path("trainingId").asText())
                .map(DatasetRecord::id);
        if (dataset.isEmpty()) {
            return;
        }
        alsoOn(spec);
        String text = spec.put("trainingId", dataset.get()).toString();
        facts.entry(JOBS, adapter).put("dataset", dataset.get());
        for (JobRecord known : stores.catalogue().all(RecordKind.JOB, JobRecord.class)) {
            if (known.kind() == JobKind.TUNE && known.createdAtMs() >= sinceMs && known.specJson().equals(text)) {
                return;
            }
        }
        submission.submit(job, text);
    }

    /** Further datasets under the ids they have now, without those that are gone. */
    private void alsoOn(ObjectNode spec) {
        if (spec.path("standing").path("alsoOn") instanceof ArrayNode ids) {
            List<String> now = new ArrayList<>();
            ids.forEach(id -> TombstoneRecord.dataset(stores.catalogue(), id.asText())
                    .map(DatasetRecord::id).ifPresent(now::add));
            ids.removeAll();
            now.forEach(ids::add);
        }
    }
}
