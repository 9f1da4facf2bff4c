package quern.actors.curation;

import java.util.Set;
import quern.curation.SampleSource;
import quern.kv.journal.Ownership;

/** Opens what a curation job reads. */
@FunctionalInterface
public interface CurationSources {

    /** @param labels of everything the source reads */
    record Opened(SampleSource source, Set<String> labels) {}

    /** @throws quern.config.QuernException ERROR if a named dataset or document is not there for the owner */
    Opened open(CurationSpec spec, Ownership owner);
}
