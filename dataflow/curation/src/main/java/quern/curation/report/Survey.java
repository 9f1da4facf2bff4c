package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashMap;
import java.util.Map;
import quern.curation.Draft;
import quern.curation.FieldPath;

/**
 * What is known of a run's samples whatever its filters are: lengths of the texts read and of
 * those kept, languages where an operator told them. Bounded in size; parts are taken in the order of the samples.
 */
public final class Survey {

    /** Of the samples of one batch. */
    public static final class Part {

        private final Measured.Part read = new Measured.Part(null);
        private final Measured.Part kept = new Measured.Part(null);
        private final Map<String, Tally.Row> languages = new LinkedHashMap<>();

        /** A text as it came from the source. */
        public void read(String text) {
            read.add(text.codePointCount(0, text.length()), true);
        }

        /** A sample that came to its end, in the dataset or before. Its text may have become a list, or be gone. */
        public void ended(Draft draft, boolean isKept, String textKey) {
            if (isKept && FieldPath.get(draft.fields(), textKey) instanceof TextNode node) {
                String text = node.textValue();
                kept.add(text.codePointCount(0, text.length()), true);
            }
            String language = draft.fields().path(Draft.STATS).path("lang").asText("");
            if (!language.isEmpty()) {
                languages.merge(language, new Tally.Row(isKept ? 1 : 0, isKept ? 0 : 1), Tally.Row::plus);
            }
        }
    }

    private final Measured read;
    private final Measured kept;
    private final Tally languages;

    public Survey() {
        this(new Measured(), new Measured(), new Tally());
    }

    private Survey(Measured read, Measured kept, Tally languages) {
        this.read = read;
        this.kept = kept;
        this.languages = languages;
    }

    public void add(Part part) {
        read.add(part.read);
        kept.add(part.kept);
        part.languages.forEach(languages::add);
    }

    Measured readLengths() {
        return read;
    }

    Measured keptLengths() {
        return kept;
    }

    Tally languages() {
        return languages;
    }

    public void write(ObjectNode target) {
        read.write(target.putObject("read"));
        kept.write(target.putObject("kept"));
        languages.write(target.putObject("languages"));
    }

    public static Survey of(JsonNode node) {
        return new Survey(Measured.read(node.path("read")), Measured.read(node.path("kept")),
                Tally.read(node.path("languages")));
    }
}
