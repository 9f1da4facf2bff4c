package quern.curation;

import java.util.Collection;
import java.util.Optional;

/** The operators a recipe may name. */
public interface OperatorLibrary {

    Optional<OperatorSpec> find(String name);

    /**
     * Why a known operator of Data-Juicer cannot be had here and what to do about it; empty for a name that is not
     * known at all.
     */
    Optional<String> refusal(String name);

    /** Names that {@link #find} finds. */
    Collection<String> names();
}
