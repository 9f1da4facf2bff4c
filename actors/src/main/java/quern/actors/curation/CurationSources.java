package quern.actors.curation;

import java.util.Set;
import quern.curation.DatasetLookup;
import quern.curation.RunException;
import quern.curation.SampleSource;
import quern.kv.journal.Ownership;

/** Opens what a curation job reads. */
@FunctionalInterface
public interface CurationSources {

    /** @param labels of everything the source reads */
    record Opened(SampleSource source, Set<String> labels) {}

    /** @throws quern.config.QuernException ERROR if a named dataset or document is not there for the owner */
    Opened open(CurationSpec spec, Ownership owner);

    /** Finds the earlier datasets that a recipe's deduplicators compare with: those the owner may see. */
    default DatasetLookup earlier(CurationSpec spec, Ownership owner) {
        return name -> {
            throw new RunException("against: no dataset '" + name + "'");
        };
    }
}
