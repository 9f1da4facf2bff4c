package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import quern.actors.Caller;
import quern.actors.serving.EmbeddingRequest;
import quern.actors.serving.Prompt;

/**
 * The body of {@code /v1/embeddings} as read.
 *
 * @param base64 vectors are written as little-endian floats in base64 rather than as numbers
 */
record EmbeddingBody(EmbeddingRequest request, boolean base64) {

    private static final int TOKENS_MAX = 1 << 20;
    private static final int DIMENSIONS_MAX = 1 << 24;
    private static final String INPUT = "input";
    private static final String EXPECTED = "a string, an array of strings, of token ids or of arrays of token ids";

    /**
     * @param inputsMax texts of one request
     * @throws ApiError 400 naming the field
     */
    static EmbeddingBody read(Fields body, Caller caller, int inputsMax) {
        String model = body.requiredText("model");
        String format = body.text("encoding_format").orElse("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw body.invalid("encoding_format", "is neither float nor base64");
        }
        OptionalInt dimensions = body.integer("dimensions", 1, DIMENSIONS_MAX);
        List<Prompt> inputs = inputs(body, inputsMax);
        Optional<Duration> keepAlive = Arrival.keepAlive(body);
        body.accept("user");
        body.refuseOthers();
        return new EmbeddingBody(
                new EmbeddingRequest(model, inputs, dimensions, caller, keepAlive), format.equals("base64"));
    }

    private static List<Prompt> inputs(Fields body, int inputsMax) {
        JsonNode input = body.raw(INPUT).orElseThrow(() -> body.missing(INPUT));
        if (input.isTextual()) {
            return List.of(text(body, INPUT, input));
        }
        if (!input.isArray()) {
            throw body.wrongType(INPUT, EXPECTED, input);
        }
        if (input.isEmpty()) {
            throw body.invalid(INPUT, "is empty");
        }
        if (input.get(0).isNumber()) {
            return List.of(tokens(body, INPUT, input));
        }
        List<Prompt> inputs = new ArrayList<>();
        for (JsonNode element : body.list(INPUT, inputsMax).orElseThrow()) {
            String field = INPUT + "[" + inputs.size() + "]";
            inputs.add(element.isTextual() ? text(body, field, element) : tokens(body, field, element));
        }
        return inputs;
    }

    private static Prompt text(Fields body, String field, JsonNode text) {
        if (text.textValue().isEmpty()) {
            throw body.invalid(field, "is an empty text");
        }
        return new Prompt.Text(text.textValue());
    }

    private static Prompt tokens(Fields body, String field, JsonNode array) {
        if (!array.isArray()) {
            throw body.wrongType(field, field.equals(INPUT) ? EXPECTED : "a string or an array of token ids", array);
        }
        if (array.isEmpty() || array.size() > TOKENS_MAX) {
            throw body.invalid(field, "has " + array.size() + " tokens, expected 1 to " + TOKENS_MAX);
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : array) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw body.wrongType(field + "[" + ids.size() + "]", "the id of a token", id);
            }
            ids.add(id.intValue());
        }
        return new Prompt.Tokens(ids);
    }
}
