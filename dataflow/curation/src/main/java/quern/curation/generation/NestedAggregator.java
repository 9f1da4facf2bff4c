package quern.curation.generation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import quern.curation.Draft;
import quern.curation.Mapper;

/**
 * Sums up a meta field of all samples of a group.
 *
 * <p>Recipe key {@code nested_aggregator}: works on samples whose fields are lists, as groupers make them, and writes
 * the sum below {@code __dj__batch_meta__}. Where there is more than {@code max_token_num} tokens, groups of about the
 * same size are summed up, then their sums, and so on; two at a time where each alone fills a group. Another sample is
 * left alone, and noted.
 *
 * @param inputKey meta field of the samples; a list of texts of the group's own is taken too
 * @param outputKey below {@code __dj__batch_meta__}
 */
public record NestedAggregator(Digest digest, String inputKey, String outputKey) implements Mapper {

    @Override
    public String name() {
        return "nested_aggregator";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        List<String> texts = Digest.texts(draft, inputKey);
        if (texts == null) {
            draft.note("no group with texts in " + inputKey);
        } else {
            Digest.write(draft, outputKey, JsonNodeFactory.instance.textNode(digest.of(draft, texts)));
        }
        return List.of(draft);
    }
}
