package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A sample quoted in a report.
 *
 * @param sampleId document and place
 * @param value what the filter measured
 * @param text its beginning as the filter saw it, at most {@value #CODE_POINTS_MAX} code points, without lone
 *     surrogates
 * @param cut whether the text goes on
 * @param documents all it was made of, where that are several; else empty
 */
public record Example(String sampleId, String documentId, double value, String text, boolean cut,
        List<String> documents) {

    static final int CODE_POINTS_MAX = 300;

    /** The beginning of a text, as it may be written anywhere. */
    public static String excerpt(String text) {
        StringBuilder excerpt = new StringBuilder(Math.min(text.length(), CODE_POINTS_MAX + 16));
        int points = 0;
        for (int i = 0; i < text.length() && points < CODE_POINTS_MAX; points++) {
            int point = text.codePointAt(i);
            boolean lone = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            excerpt.appendCodePoint(lone ? 0xFFFD : point);
            i += Character.charCount(point);
        }
        return excerpt.toString();
    }

    /** Whether the text is longer than its excerpt. */
    public static boolean isCut(String text) {
        return text.length() > CODE_POINTS_MAX && text.codePointCount(0, text.length()) > CODE_POINTS_MAX;
    }

    void write(ObjectNode target) {
        target.put("value", value).put("sample", sampleId).put("document", documentId).put("text", text)
                .put("cut", cut);
        documents.forEach(id -> target.withArray("documents").add(id));
    }

    static Example read(JsonNode node) {
        List<String> documents = new ArrayList<>();
        node.path("documents").forEach(id -> documents.add(id.asText()));
        return new Example(node.path("sample").asText(), node.path("document").asText(),
                node.path("value").asDouble(), node.path("text").asText(), node.path("cut").asBoolean(),
                List.copyOf(documents));
    }
}
