package quern.ingest.reader;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import quern.ingest.TextDecoding;

/** JSON Lines: every line that is an object is a sample, every other line that is not blank is a flaw. */
final class JsonlParts implements Parts {

    private final ByteLines lines;
    private final ObjectMapper json;
    private final long firstByte;
    private long at;

    /** @param plain whether the input is the file's own bytes */
    static JsonlParts of(BufferedInputStream input, ReadLimits limits, boolean plain) throws IOException {
        int markBytes = Utf8Input.markBytes(input);
        BufferedInputStream utf8 = Utf8Input.of(input);
        return new JsonlParts(utf8, limits, plain && utf8 == input ? markBytes : -1, 0);
    }

    private JsonlParts(BufferedInputStream input, ReadLimits limits, long firstByte, long at) {
        this.firstByte = firstByte;
        this.lines = new ByteLines(input, limits.documentBytesMax());
        this.json = mapper(limits);
        this.at = at;
    }

    /** Goes on where another reading's {@link #resumeByte} was; the input begins there. */
    static JsonlParts resumed(BufferedInputStream input, ReadLimits limits, long resumeByte, long characters) {
        return new JsonlParts(input, limits, resumeByte, characters);
    }

    private static ObjectMapper mapper(ReadLimits limits) {
        return JsonParts.mapper(limits).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @Override
    public long resumeByte() {
        return firstByte < 0 ? -1 : firstByte + lines.readBytes();
    }

    /** Characters before the next part. */
    long characters() {
        return at;
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
                return part(line, text.stripTrailing(), from);
            }
        }
        return null;
    }

    /** Bytes are parsed in half of the time; text where they could be taken for those of another encoding. */
    private Part part(byte[] line, String text, long from) throws IOException {
        try {
            JsonNode node = isUtf8Object(line) ? json.readTree(line) : json.readTree(text);
            if (node instanceof ObjectNode object) {
                return new Fields(object, from, from + text.length(), 0);
            }
            return new Flaw("line is not a JSON object");
        } catch (JacksonException e) {
            return new Flaw("line is not valid JSON");
        }
    }

    /** Whether a parser that looks at the first bytes takes a line for UTF-8, and it holds nothing but an object. */
    private static boolean isUtf8Object(byte[] line) {
        int length = ByteLines.contentBytes(line);
        return length > 3 && line[0] == '{' && line[1] != 0 && line[2] != 0 && line[3] != 0 && line[length - 1] == '}';
    }
}
