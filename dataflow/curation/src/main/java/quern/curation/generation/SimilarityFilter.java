package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Filter;
import quern.curation.GenerationException;
import quern.curation.Interval;
import quern.curation.Verdict;

/**
 * Keeps samples whose embedding is near enough to those of validation samples.
 *
 * <p>Recipe key {@code text_embd_similarity_filter}. Stat {@code text_embd_similarity}: the mean cosine. Embeddings are
 * those of the served encoder, else of the served model with its own pooling, so {@code pooling} has no effect, and
 * {@code ebd_dim} cuts only where it is smaller. As in Data-Juicer a sample without an embedding is kept, without a
 * stat; here the report notes it.
 *
 * @param dimensions leading elements that are compared
 * @param input the text that is embedded, by fields of the sample
 */
public record SimilarityFilter(Asking asking, Interval keep, int dimensions, Template input,
        Validation validation) implements Filter {

    private static final String STAT = "text_embd_similarity";

    /** Validation samples; their embeddings are made when they are first needed, and kept. Any number of threads. */
    public static final class Validation {

        private final List<ObjectNode> samples;
        private List<float[]> embeddings;

        public Validation(List<ObjectNode> samples) {
            this.samples = List.copyOf(samples);
        }

        private synchronized List<float[]> embeddings(Asking asking, Template input) {
            if (embeddings == null) {
                embeddings = asking.model().embed(samples.stream().map(sample -> text(input, sample)).toList());
            }
            return embeddings;
        }
    }

    @Override
    public String name() {
        return "text_embd_similarity_filter";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public Verdict judge(Draft draft) {
        double similarity = draft.stat(STAT);
        if (Double.isNaN(similarity)) {
            asking.noteStandIn(draft);
            List<float[]> others = validation.embeddings(asking, input);
            try {
                float[] own = asking.model().embed(List.of(text(input, draft.fields()))).getFirst();
                similarity = others.stream().mapToDouble(other -> cosine(own, other, dimensions)).average().orElse(0);
            } catch (GenerationException e) {
                draft.note("kept without a similarity: " + e.kind().reason());
                draft.stats().putNull(STAT);
                return Verdict.keep();
            }
            draft.setStat(STAT, similarity);
        }
        return keep.judge(STAT, similarity);
    }

    /** The template's fields; for a sample that lacks one the contents of its messages, in order. */
    private static String text(Template input, JsonNode sample) {
        JsonNode messages = sample.path("messages");
        boolean whole = input.places().stream().allMatch(place -> FieldPath.get(sample, place) != null);
        if (whole || !messages.isArray()) {
            return Conversation.filled(input, sample);
        }
        List<String> places = List.copyOf(input.places());
        return input.fill(place -> Template.shown(messages.path(places.indexOf(place)).path("content")));
    }

    /** Of the leading elements. */
    static double cosine(float[] a, float[] b, int dimensions) {
        double product = 0;
        double aSquares = 0;
        double bSquares = 0;
        for (int i = 0; i < Math.min(dimensions, Math.min(a.length, b.length)); i++) {
            product += (double) a[i] * b[i];
            aSquares += (double) a[i] * a[i];
            bSquares += (double) b[i] * b[i];
        }
        return aSquares == 0 || bSquares == 0 ? 0 : product / Math.sqrt(aSquares * bSquares);
    }
}
