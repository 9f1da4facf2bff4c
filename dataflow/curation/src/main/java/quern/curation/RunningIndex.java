package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers the samples from 0 in their order: what {@code index_key} of an operator asks for, before that operator.
 * Takes all of them; a stage ends here, because order is known only between stages.
 *
 * @param field that holds the number, a dotted path
 */
record RunningIndex(String field) implements Selector {

    @Override
    public String name() {
        return "index_key";
    }

    @Override
    public String fieldKey() {
        return "";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        return IntStream.range(0, values.size()).toArray();
    }
}
