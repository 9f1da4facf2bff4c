package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import quern.curation.text.TextView;
import quern.ingest.Sample;

/**
 * A sample under way through a pipeline: its fields, what was measured of it, and a view of its text that operators share until a
 * mapper changes the text. Mutable, one owner.
 */
public final class Draft {

    /** Field under which stats live, as in Data-Juicer. */
    public static final String STATS = "__dj__stats__";
    /** Field under which tagging mappers write. */
    public static final String META = "__dj__meta__";
    /** Prefix of every field that is not the sample's own. */
    public static final String PRIVATE_PREFIX = "__dj__";

    private final Sample sample;
    private final boolean verbatim;
    private String sourceText;
    private String viewKey;
    private TextView view;

    /** A sample as it came from its document. */
    public Draft(Sample sample) {
        this(sample, true);
    }

    /** @param verbatim whether the text is still that of the document from {@link Sample#from()} on */
    Draft(Sample sample, boolean verbatim) {
        this.sample = sample;
        this.verbatim = verbatim;
    }

    public Sample sample() {
        return sample;
    }

    public ObjectNode fields() {
        return sample.fields();
    }

    /** True while the text is the document's, character by character, from {@link Sample#from()} on. */
    boolean isVerbatim() {
        return verbatim && sourceText == null;
    }

    /**
     * The text as it stood in the document, its first character at {@link Sample#from()}; null where that is no longer known.
     */
    public String sourceText(String key) {
        return verbatim ? (sourceText != null ? sourceText : text(key)) : null;
    }

    /** @throws SampleException if the field is missing or no text */
    public String text(String key) {
        if (view != null && key.equals(viewKey)) {
            return view.text();
        }
        JsonNode node = FieldPath.get(fields(), key);
        if (node == null || !node.isTextual()) {
            throw new SampleException("text field missing or no text");
        }
        return node.textValue();
    }

    /** The text with everything counted about it so far. */
    public TextView view(String key) {
        if (view == null || !key.equals(viewKey)) {
            view = new TextView(text(key));
            viewKey = key;
        }
        return view;
    }

    public void setText(String key, String text) {
        if (verbatim && sourceText == null) {
            sourceText = text(key);
        }
        FieldPath.setText(fields(), key, text);
        if (key.equals(viewKey)) {
            view = null;
        }
    }

    /** A number measured earlier, {@code NaN} where there is none. */
    public double stat(String key) {
        JsonNode value = fields().path(STATS).path(key);
        return value.isNumber() ? value.doubleValue() : Double.NaN;
    }

    public void setStat(String key, double value) {
        ObjectNode stats = stats();
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            stats.put(key, (long) value);
        } else {
            stats.put(key, value);
        }
    }

    /** The object under {@link #STATS}, made where absent. */
    public ObjectNode stats() {
        return fields().get(STATS) instanceof ObjectNode present ? present : fields().putObject(STATS);
    }

    /** Another sample of the same document. */
    public Draft derive(ObjectNode fields, long from, long to) {
        return new Draft(new Sample(fields, sample.documentId(), from, to, sample.page()), false);
    }

    /** A sample that is a piece of this one's text, with the other fields copied. Its offsets are exact while the text is verbatim. */
    public Draft piece(String key, int from, int to) {
        ObjectNode copy = fields().deepCopy();
        copy.remove(STATS);
        FieldPath.setText(copy, key, text(key).substring(from, to));
        boolean exact = isVerbatim();
        long pieceFrom = exact ? sample.from() + from : sample.from();
        long pieceTo = exact ? sample.from() + to : sample.to();
        return new Draft(new Sample(copy, sample.documentId(), pieceFrom, pieceTo, sample.page()), exact);
    }
}
