package quern.ingest.reader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import quern.ingest.LimitExceeded;

/**
 * JSON that is not one object a line: an array of objects, one object over several lines, or several of either. Every
 * object is a sample, everything else in an array a flaw. Nothing after a syntax error can be trusted, so it ends the
 * document; what came before it stands. Memory is bounded by the largest object.
 */
final class JsonParts implements Parts {

    static final int DEPTH_MAX = 200;

    private final ObjectMapper json;
    private final JsonParser parser;
    private final ValueLimit limit;
    private boolean inArray;

    JsonParts(BufferedInputStream input, ReadLimits limits) throws IOException {
        this.json = mapper(limits);
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        this.limit = new ValueLimit(new InputStreamReader(Utf8Input.of(input), decoder), limits.documentBytesMax());
        this.parser = json.getFactory().createParser(limit);
    }

    /** Strict JSON, with strings and nesting bounded. */
    static ObjectMapper mapper(ReadLimits limits) {
        int stringMax = (int) Math.min(Integer.MAX_VALUE - 16, limits.documentBytesMax());
        var constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX).maxStringLength(stringMax).build();
        return new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints).build());
    }

    @Override
    public Part next() throws IOException {
        while (true) {
            limit.beginValue();
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            } else if (token == JsonToken.START_ARRAY && !inArray) {
                inArray = true;
            } else if (token == JsonToken.END_ARRAY) {
                inArray = false;
            } else {
                return part();
            }
        }
    }

    private Part part() throws IOException {
        long from = parser.currentTokenLocation().getCharOffset();
        JsonNode node = json.readTree(parser);
        if (node instanceof ObjectNode object) {
            return new Fields(object, from, Math.max(from, parser.currentLocation().getCharOffset()), 0);
        }
        return new Flaw("value is not a JSON object");
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Ends a value that goes on for too long. */
    private static final class ValueLimit extends FilterReader {

        private final long charsMax;
        private long count;

        ValueLimit(Reader reader, long charsMax) {
            super(reader);
            this.charsMax = charsMax;
        }

        void beginValue() {
            count = 0;
        }

        @Override
        public int read(char[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count += Math.max(0, read);
            if (count > charsMax) {
                throw new LimitExceeded("value larger than document-max");
            }
            return read;
        }
    }
}
