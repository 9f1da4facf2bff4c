package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import quern.ingest.Sample;

/**
 * The first stage's input: samples of the source, without those that are too large, of an unwanted kind, or have no
 * text.
 */
final class SourceInput implements StageInput {

    /** Label under which drops before the first operator are counted. */
    static final String LABEL = "reader";

    private final SampleSource source;
    private final Recipe recipe;
    private final long sampleBytesMax;

    SourceInput(SampleSource source, Recipe recipe, long sampleBytesMax) {
        this.source = source;
        this.recipe = recipe;
        this.sampleBytesMax = sampleBytesMax;
    }

    @Override
    public Item next() {
        return switch (source.next()) {
            case null -> null;
            case SampleSource.Unreadable unreadable -> gone(unreadable.documentId(), unreadable.documentId(),
                    unreadable.reason());
            case SampleSource.Read read -> {
                String refusal = refusal(read.sample());
                yield refusal == null ? new Live(draft(read))
                        : gone(read.sample().id(), read.sample().documentId(), refusal);
            }
            case SampleSource.Withheld withheld -> gone(withheld.sample().id(), withheld.sample().documentId(),
                    withheld.reason());
        };
    }

    private Draft draft(SampleSource.Read read) {
        Draft draft = new Draft(read.sample(), isVerbatim(read));
        if (!read.documents().isEmpty()) {
            draft.setDocuments(read.documents());
        }
        return draft;
    }

    /** A row of a table or a line of JSON has offsets in its document, but the text is not what stands there. */
    private boolean isVerbatim(SampleSource.Read read) {
        Sample sample = read.sample();
        JsonNode text = FieldPath.get(sample.fields(), recipe.textKey());
        return read.verbatim() && text.textValue().length() == sample.to() - sample.from();
    }

    private String refusal(Sample sample) {
        JsonNode text = FieldPath.get(sample.fields(), recipe.textKey());
        if (text == null || !text.isTextual()) {
            return "no text in field " + recipe.textKey();
        }
        for (String more : recipe.moreTextKeys()) {
            JsonNode value = FieldPath.get(sample.fields(), more);
            if (value == null || value.isNull()) {
                return "nothing in field " + more;
            }
        }
        if (text.textValue().length() > sampleBytesMax) {
            return "sample larger than sample-max";
        }
        JsonNode suffix = sample.fields().path("__dj__suffix__");
        if (!recipe.suffixes().isEmpty() && suffix.isTextual() && !recipe.suffixes().contains(suffix.textValue())) {
            return "suffix not asked for";
        }
        return null;
    }

    private static Gone gone(String sampleId, String documentId, String reason) {
        return new Gone(LABEL, RejectLog.Entry.dropped(sampleId, documentId, LABEL, reason));
    }

    @Override
    public String position() {
        return source.position();
    }

    @Override
    public void close() {
        source.close();
    }
}
