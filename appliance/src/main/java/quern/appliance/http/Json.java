package quern.appliance.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** JSON in and out. The reader takes NaN and Infinity so that a refusal can name the field that holds one. */
public final class Json {

    private static final int NESTING_MAX = 100;
    /** Names, values and brackets of one text: what is made of a text takes a few times its bytes, not dozens. */
    private static final int TOKENS_MAX = 1 << 21;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .maxTokenCount(TOKENS_MAX)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** Any record or collection as a tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** An object as Java maps, lists, strings, numbers, booleans and null. */
    static Map<String, Object> plain(ObjectNode object) {
        return MAPPER.convertValue(object, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    /** @throws ApiError 400 if the text is not one JSON value */
    public static JsonNode parse(byte[] text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonNode node = tree(parser);
            if (node == null || node.isMissingNode()) {
                throw ApiError.badRequest("invalid_json", "the body is empty, expected JSON");
            }
            return node;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw ApiError.badRequest("invalid_json", "the body is not JSON: " + firstLine(e.getOriginalMessage())
                    + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        } catch (java.io.IOException e) {
            throw ApiError.badRequest("invalid_json", "the body is not JSON: " + e.getMessage());
        }
    }

    private static JsonNode tree(JsonParser parser) throws java.io.IOException {
        try {
            return MAPPER.readTree(parser);
        } catch (NumberFormatException | ArithmeticException e) {
            String place = place(parser.getParsingContext());
            throw ApiError.badField(place, "'" + place + "' is a number with an exponent beyond all ranges");
        }
    }

    /** As errors name it: {@code messages[0].content}. */
    private static String place(JsonStreamContext context) {
        if (context == null || context.inRoot()) {
            return "";
        }
        String outside = place(context.getParent());
        return context.inArray() ? outside + "[" + context.getCurrentIndex() + "]"
                : outside + (outside.isEmpty() ? "" : ".") + context.getCurrentName();
    }

    /** Stored JSON, known to be well-formed. */
    public static JsonNode parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String firstLine(String message) {
        return message == null ? "malformed" : message.lines().findFirst().orElse("malformed");
    }

    public static HttpResponse ok(JsonNode body) {
        return response(200, body.toString());
    }

    /** @param mediaType with its parameters */
    public static HttpResponse text(String mediaType, String body) {
        return HttpResponse.create().withEntity(HttpEntities.create(
                ContentTypes.parse(mediaType), body.getBytes(StandardCharsets.UTF_8)));
    }

    static HttpResponse response(int status, String body) {
        return HttpResponse.create()
                .withStatus(StatusCodes.lookup(status).orElseThrow())
                .withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
