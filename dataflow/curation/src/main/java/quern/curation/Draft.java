package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.text.TextView;
import quern.ingest.Sample;

/**
 * A sample under way through a pipeline: its fields, what was measured of it, and a view of its text that operators
 * share until a mapper changes the text. Mutable, one owner.
 */
public final class Draft {

    /** Field under which stats live, as in Data-Juicer. */
    public static final String STATS = "__dj__stats__";
    /** Field under which tagging mappers write. */
    public static final String META = "__dj__meta__";
    /** Field of what operators found of a whole group of samples. */
    public static final String BATCH_META = "__dj__batch_meta__";
    /** Prefix of every field that is not the sample's own. */
    public static final String PRIVATE_PREFIX = "__dj__";

    private final List<String> notes = new ArrayList<>(0);
    private final List<String> changedBy = new ArrayList<>(0);
    private boolean changed;
    /** Documents of a sample that was made of several; empty where it has one. */
    private List<String> documents = List.of();
    private Sample sample;
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
        this(sample, verbatim, null);
    }

    /** @param sourceText the document's text from {@link Sample#from()} on, where the sample's is another; else null */
    Draft(Sample sample, boolean verbatim, String sourceText) {
        this.sample = sample;
        this.verbatim = verbatim;
        this.sourceText = sourceText;
    }

    public Sample sample() {
        return sample;
    }

    public ObjectNode fields() {
        return sample.fields();
    }

    /** Documents it was made of: one, or as many as samples were joined. */
    public List<String> documents() {
        return documents.isEmpty() ? List.of(sample.documentId()) : documents;
    }

    void setDocuments(List<String> ids) {
        documents = ids.size() == 1 && ids.getFirst().equals(sample.documentId()) ? List.of() : List.copyOf(ids);
    }

    /** A sample made of this one and others, or of a part of this one, that came from documents. */
    Draft regrouped(ObjectNode fields, List<String> ids) {
        boolean own = ids.size() == 1 && !ids.getFirst().equals(sample.documentId());
        Draft made = new Draft(own ? new Sample(fields, ids.getFirst(), 0, 0, 0)
                : new Sample(fields, sample.documentId(), sample.from(), sample.to(), sample.page()), false);
        made.setDocuments(ids);
        made.inherit(changedBy);
        return made;
    }

    /** True while the text is the document's, character by character, from {@link Sample#from()} on. */
    boolean isVerbatim() {
        return verbatim && sourceText == null;
    }

    /** The text as it stood in the document, where it is known and the sample's text is another; else null. */
    String changedSource() {
        return sourceText;
    }

    /**
     * The text as it stood in the document, its first character at {@link Sample#from()}; null where that is no
     * longer known.
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
            String text = text(key);
            releaseView();
            view = new TextView(text);
            viewKey = key;
        }
        return view;
    }

    /** Nothing more is asked about its text for now: the memory of its view is another's. */
    void releaseView() {
        if (view != null) {
            view.release();
        }
    }

    private void forgetView(String key) {
        if (key.equals(viewKey)) {
            releaseView();
            view = null;
        }
    }

    public void setText(String key, String text) {
        changed = changed || !text.equals(text(key));
        if (verbatim && sourceText == null) {
            sourceText = text(key);
        }
        FieldPath.setText(fields(), key, text);
        forgetView(key);
    }

    /** Sets a field, a dotted path, to any value. */
    public void setField(String key, JsonNode value) {
        JsonNode before = FieldPath.get(fields(), key);
        if (value.isTextual() && before != null && before.isTextual()) {
            setText(key, value.textValue());
            return;
        }
        FieldPath.set(fields(), key, value);
        forgetView(key);
    }

    /** Sets a text field that need not be there yet; a dotted path. Counts as a change like {@link #setText}. */
    public void setField(String path, String text) {
        JsonNode before = FieldPath.get(fields(), path);
        if (before != null && before.isTextual() && path.equals(viewKey)) {
            setText(path, text);
            return;
        }
        changed = changed || before != null && !(before.isTextual() && before.textValue().equals(text));
        FieldPath.set(fields(), path, TextNode.valueOf(text));
    }

    /** The object under {@link #META}, made where absent. */
    public ObjectNode meta() {
        return fields().get(META) instanceof ObjectNode present ? present : fields().putObject(META);
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

    /**
     * Another sample, made of one span of this one's text. Its place in the document is exact where the span still
     * reads as in the document; else it is that of this sample.
     */
    public Draft derive(ObjectNode fields, String key, int from, int to) {
        String source = sourceText(key);
        String text = text(key);
        long at = -1;
        if (source != null) {
            at = source == text ? from : nearest(source, text.substring(from, to),
                    (int) ((long) from * source.length() / text.length()));
        }
        long sampleFrom = at < 0 ? sample.from() : sample.from() + at;
        long sampleTo = at < 0 ? sample.to() : sampleFrom + to - from;
        Draft made = new Draft(new Sample(fields, sample.documentId(), sampleFrom, sampleTo, sample.page()), false);
        made.documents = documents;
        return made;
    }

    /** The occurrence nearest to where it is expected; -1 where there is none. */
    private static int nearest(String source, String span, int expected) {
        int after = source.indexOf(span, expected);
        int before = source.lastIndexOf(span, expected);
        return after < 0 || before >= 0 && expected - before < after - expected ? before : after;
    }

    /** Another sample of the same place in the document, with other fields and the same text. */
    public Draft copy(ObjectNode fields) {
        Draft made = new Draft(new Sample(fields, sample.documentId(), sample.from(), sample.to(), sample.page()),
                verbatim, sourceText);
        made.documents = documents;
        return made;
    }

    /** Counts something about the sample in the run's report that is no drop. */
    public void note(String what) {
        notes.add(what);
    }

    /** What was noted since the last call. */
    List<String> takeNotes() {
        List<String> taken = List.copyOf(notes);
        notes.clear();
        return taken;
    }

    /** Operators that changed its text, in order. */
    List<String> changedBy() {
        return List.copyOf(changedBy);
    }

    /** Whether the text was changed since the last call; if so, by this operator. */
    void changedSinceBy(String label) {
        if (changed) {
            changedBy.add(label);
            changed = false;
        }
    }

    void inherit(List<String> operators) {
        changedBy.addAll(0, operators);
    }

    /**
     * Makes the offsets exact again where the text is a part of the document's, as after white space was cut off its
     * ends.
     */
    void settle(String key) {
        if (verbatim && sourceText != null && FieldPath.get(fields(), key) instanceof TextNode text) {
            int at = sourceText.indexOf(text.textValue());
            if (at >= 0) {
                long from = sample.from() + at;
                sample = new Sample(fields(), sample.documentId(), from, from + text.textValue().length(),
                        sample.page());
                sourceText = null;
            }
        }
    }

    /**
     * A sample that is a piece of this one's text, with the other fields copied. Its offsets are exact while the text
     * is verbatim.
     */
    public Draft piece(String key, int from, int to) {
        ObjectNode copy = fields().deepCopy();
        copy.remove(STATS);
        FieldPath.setText(copy, key, text(key).substring(from, to));
        settle(key);
        boolean exact = isVerbatim();
        long pieceFrom = exact ? sample.from() + from : sample.from();
        long pieceTo = exact ? sample.from() + to : sample.to();
        Draft piece = new Draft(new Sample(copy, sample.documentId(), pieceFrom, pieceTo, sample.page()), exact);
        piece.documents = documents;
        return piece;
    }
}
