package quern.actors.tuning;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;

/**
 * Where an adapter comes from.
 *
 * @param trainingId the dataset or file it, or the first of its parents, was trained on
 * @param sources all that it has learnt from, by itself or through its parents
 * @param ownership of the sources
 * @param parents adapters it was made of, if any
 * @param role of the parents in lineage
 */
record Descent(
        String trainingId, List<RecordRef> sources, Ownership ownership, List<AdapterRecord> parents, String role) {

    static final String TRAINING_SET = "training-set";
    static final String COMPRESSED = "compressed";
    static final String MERGED = "merged";

    static Descent tuned(String trainingId, TrainingSamples samples) {
        return new Descent(trainingId, samples.sources(), samples.ownership(), List.of(), "");
    }

    static Descent compressed(AdapterRecord origin, TrainingSamples samples) {
        return new Descent(
                origin.datasetId(), samples.sources(), samples.ownership(), List.of(origin), COMPRESSED);
    }

    /** @param ownership of the adapters and of what they were measured on */
    static Descent merged(Catalogue catalogue, List<AdapterRecord> parents, Ownership ownership) {
        Set<RecordRef> sources = new LinkedHashSet<>();
        for (AdapterRecord parent : parents) {
            for (Edge edge : catalogue.edgesTo(RecordKind.ADAPTER, parent.id())) {
                if (edge.role().equals(TRAINING_SET)) {
                    sources.add(edge.from());
                }
            }
        }
        return new Descent(parents.getFirst().datasetId(), new ArrayList<>(sources), ownership, parents, MERGED);
    }
}
