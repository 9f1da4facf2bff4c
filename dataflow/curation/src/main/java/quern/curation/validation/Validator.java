package quern.curation.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** One of a recipe's {@code validators}: what the first samples of an input must be like, or the run does not begin. */
public sealed interface Validator permits RequiredFields, Conversations {

    /** Its {@code type} in a recipe. */
    String type();

    /** How many samples of an input it looks at. */
    int samplesMax();

    /**
     * What is wrong.
     *
     * @param samples the first of an input, at least one, at most {@link #samplesMax()}
     */
    Optional<String> problem(List<ObjectNode> samples);
}
