package quern.actors.curation;

import java.util.List;
import java.util.Optional;

/**
 * What a curation job was asked for.
 *
 * @param recipe YAML text
 * @param name of the dataset; absent: the recipe's project name
 * @param datasetId dataset to read; absent: documents
 * @param documentIds documents to read, in this order; empty: all that the owner sees, in the order of arrival
 * @param documentsUntil position in the journal where "all" ends: what was there when the job was accepted
 * @param seesAll whether the caller was an administrator, who sees every document
 * @param pipeline the standing pipeline it was asked for by, and its number; absent: somebody asked
 * @param against datasets that every deduplicator compares with, beside those its recipe names
 * @param failuresOf job of an evaluation whose failed checks are read; of a dataset that was evaluated on its own
 *     samples, those that failed; absent: it reads documents or a dataset
 */
public record CurationSpec(
        String recipe, Optional<String> name, Optional<String> datasetId, List<String> documentIds,
        long documentsUntil, boolean seesAll, Optional<String> pipeline, List<String> against,
        Optional<String> failuresOf) {

    public CurationSpec {
        documentIds = List.copyOf(documentIds);
        pipeline = pipeline == null ? Optional.empty() : pipeline;
        against = against == null ? List.of() : List.copyOf(against);
        failuresOf = failuresOf == null ? Optional.empty() : failuresOf;
    }

    public CurationSpec(
            String recipe, Optional<String> name, Optional<String> datasetId, List<String> documentIds,
            long documentsUntil, boolean seesAll) {
        this(recipe, name, datasetId, documentIds, documentsUntil, seesAll, Optional.empty(), List.of(),
                Optional.empty());
    }

    /**
     * What a model answered wrong.
     *
     * @param evaluation the job
     * @param dataset that it was evaluated on, if it was one
     */
    public static CurationSpec ofFailures(String recipe, String name, String evaluation, Optional<String> dataset,
            List<String> against, boolean seesAll) {
        return new CurationSpec(recipe, Optional.of(name), dataset, List.of(), 0, seesAll, Optional.empty(), against,
                Optional.of(evaluation));
    }
}
