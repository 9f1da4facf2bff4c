package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Chooses samples, and their order, by one field of all of them. */
public non-sealed interface Selector extends Operator {

    /** Dotted path of the field to choose by; empty where only the number of samples counts. */
    String fieldKey();

    /**
     * @param values the field of every sample in input order; null nodes where it is missing
     * @return indices of the chosen samples in output order, each at most once
     */
    int[] select(List<JsonNode> values);
}
