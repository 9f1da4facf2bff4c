package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import quern.curation.Selector;

/** Takes the samples whose field has one of the wanted tags. Recipe key {@code tags_specified_field_selector}. */
public record TagsSelector(String fieldKey, Set<String> tags) implements Selector {

    @Override
    public String name() {
        return "tags_specified_field_selector";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        return IntStream.range(0, values.size())
                .filter(i -> fieldKey.isEmpty() || values.size() <= 1 || tags.contains(values.get(i).asText()))
                .toArray();
    }
}
