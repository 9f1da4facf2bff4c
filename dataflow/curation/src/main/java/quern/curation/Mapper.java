package quern.curation;

import java.util.List;

/** Changes a sample, or makes several samples or none of it. */
public non-sealed interface Mapper extends Operator {

    /**
     * @param draft the sample; may be changed and returned
     * @return what goes on, in order; an empty list drops the sample with {@link #emptyReason()}
     */
    List<Draft> apply(Draft draft);

    /** Why a sample is dropped of which nothing is made. */
    default String emptyReason() {
        return "nothing made of it";
    }

    /**
     * Whether it takes out what must not be shown, such as names of persons: neither tracer nor report then show a text
     * as it stood before.
     */
    default boolean hidesText() {
        return false;
    }
}
