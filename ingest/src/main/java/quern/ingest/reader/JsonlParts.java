package quern.ingest.reader;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import quern.ingest.TextDecoding;

/** JSON Lines: every line that is an object is a sample, every other line that is not blank is a flaw. */
final class JsonlParts implements Parts {

    private static final int DEPTH_MAX = 200;

    private final ByteLines lines;
    private final ObjectMapper json;
    private long at;

    JsonlParts(BufferedInputStream input, ReadLimits limits) throws IOException {
        this.lines = new ByteLines(Utf8Input.of(input), limits.documentBytesMax());
        int stringMax = (int) Math.min(Integer.MAX_VALUE - 16, limits.documentBytesMax());
        var constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX).maxStringLength(stringMax).build();
        this.json = new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints).build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @Override
    public Part next() throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            String text = TextDecoding.utf8OrNull(line, 0, line.length);
            long from = at;
            at += text == null ? line.length : text.length();
            if (lines.isTooLong()) {
                return new Flaw("line larger than document-max");
            } else if (text == null) {
                return new Flaw("line is not UTF-8");
            } else if (!text.isBlank()) {
                return part(text.stripTrailing(), from);
            }
        }
        return null;
    }

    private Part part(String text, long from) throws IOException {
        try {
            JsonNode node = json.readTree(text);
            if (node instanceof ObjectNode object) {
                return new Fields(object, from, from + text.length(), 0);
            }
            return new Flaw("line is not a JSON object");
        } catch (JacksonException e) {
            return new Flaw("line is not valid JSON");
        }
    }
}
