package quern.ingest.writer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Any JSON tree as one line of UTF-8. Half a surrogate pair, which UTF-8 cannot hold, is escaped, so that it comes back
 * as it was.
 */
final class JsonLines {

    private static final ObjectWriter JSON = JsonMapper.builder().build().writer();

    private JsonLines() {}

    /** Without a line end. */
    static byte[] bytes(JsonNode row) {
        try {
            return JSON.writeValueAsBytes(row);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("row that is no JSON", e);
        }
    }
}
