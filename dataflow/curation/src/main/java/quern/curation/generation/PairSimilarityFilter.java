package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Filter;
import quern.curation.GenerationException;
import quern.curation.Interval;
import quern.curation.TextGenerator;
import quern.curation.Verdict;

/**
 * Keeps samples two texts of which mean nearly the same.
 *
 * <p>Recipe key {@code text_pair_similarity_filter}. Stat {@code text_pair_similarity}: a list of one, the cosine of
 * the embeddings. These are the served encoder's, not CLIP's, so numbers and thresholds are others. As in Data-Juicer a
 * sample without one of the texts is kept, with an empty list; so is one without an embedding, which the report notes.
 */
public record PairSimilarityFilter(TextGenerator model, String textKey, String secondKey, Interval keep)
        implements Filter {

    private static final String STAT = "text_pair_similarity";

    @Override
    public String name() {
        return "text_pair_similarity_filter";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        JsonNode known = draft.stats().path(STAT);
        if (known.isMissingNode()) {
            known = draft.stats().putArray(STAT);
            String first = text(draft, textKey);
            String second = text(draft, secondKey);
            if (first.isEmpty() || second.isEmpty()) {
                draft.note("kept without one of the texts");
                return Verdict.keep();
            }
            try {
                List<float[]> both = model.embed(List.of(first, second));
                draft.stats().putArray(STAT).add(SimilarityFilter.cosine(both.getFirst(), both.getLast(),
                        Integer.MAX_VALUE));
                known = draft.stats().path(STAT);
            } catch (GenerationException e) {
                draft.note("kept without a similarity: " + e.kind().reason());
                return Verdict.keep();
            }
        }
        return known.path(0).isNumber() ? keep.judge(STAT, known.path(0).doubleValue()) : Verdict.keep();
    }

    private static String text(Draft draft, String key) {
        return FieldPath.get(draft.fields(), key) instanceof TextNode text ? text.textValue() : "";
    }
}
