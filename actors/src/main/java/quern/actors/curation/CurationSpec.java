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
 */
public record CurationSpec(
        String recipe, Optional<String> name, Optional<String> datasetId, List<String> documentIds) {

    public CurationSpec {
        documentIds = List.copyOf(documentIds);
    }
}
