package quern.curation.erase;

import java.util.Set;
import quern.config.CurationConfig;
import quern.curation.DatasetLookup;
import quern.curation.Pipeline;
import quern.curation.SampleSource;

/** How a dataset was made, as far as it is known: enough to make some of its samples again, or why that cannot be. */
public sealed interface Origin {

    /** The field in which its samples have their text. */
    String textKey();

    /** Opens some of the documents that a run read. */
    @FunctionalInterface
    interface Documents {

        /**
         * @param ids of documents
         * @return their samples, in the order in which the run read them; nothing of those that are gone
         */
        SampleSource open(Set<String> ids);
    }

    /**
     * All of it.
     *
     * @param pipeline of the recipe
     * @param earlier finds the datasets that the recipe's deduplicators compare with; the erased documents must be gone
     *     from them by now
     * @param documents what the run read
     */
    record Known(Pipeline pipeline, CurationConfig config, DatasetLookup earlier, Documents documents)
            implements Origin {

        @Override
        public String textKey() {
            return pipeline.recipe().textKey();
        }
    }

    /** @param reason why samples cannot be made again, for example that the recipe is not known */
    record Unknown(String textKey, String reason) implements Origin {}
}
