package quern.ingest.writer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Any JSON tree as one line of UTF-8. A string with half a surrogate pair, which UTF-8 cannot hold, has its line
 * escaped to ASCII, so that it comes back as it was.
 */
public final class JsonLines {

    private static final ObjectWriter PLAIN = JsonMapper.builder().build().writer();
    private static final ObjectWriter ESCAPED = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build().writer();

    private JsonLines() {}

    /** Without a line end. */
    public static byte[] bytes(JsonNode row) {
        try {
            return PLAIN.writeValueAsBytes(row);
        } catch (JsonProcessingException e) {
            return escaped(row, e);
        }
    }

    private static byte[] escaped(JsonNode row, JsonProcessingException plain) {
        try {
            return ESCAPED.writeValueAsBytes(row);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + plain.getClass(), e);
        }
    }
}
