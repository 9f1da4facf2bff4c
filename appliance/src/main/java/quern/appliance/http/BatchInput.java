package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quern.config.QuernException;

/** The requests of a batch file, all checked before the first runs. */
record BatchInput(List<Line> lines) {

    private static final int PROBLEMS_MAX = 10;

    /** @param body the request's own JSON */
    record Line(String customId, JsonNode body) {}

    /** @throws QuernException ERROR naming the first lines at fault */
    static BatchInput read(Path file, String endpoint, int linesMax) throws IOException {
        List<Line> lines = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        int number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                number++;
                if (text.isBlank()) {
                    continue;
                }
                if (lines.size() == linesMax) {
                    throw refused("more than " + linesMax + " requests");
                }
                try {
                    Line line = line(text, endpoint);
                    if (!ids.add(line.customId())) {
                        throw ApiError.badField("custom_id", "custom_id '" + line.customId() + "' occurs twice");
                    }
                    lines.add(line);
                } catch (ApiError e) {
                    problems.add("line " + number + ": " + e.getMessage());
                }
                if (problems.size() == PROBLEMS_MAX) {
                    break;
                }
            }
        } catch (CharacterCodingException e) {
            throw refused("line " + (number + 1) + " is not UTF-8");
        }
        if (!problems.isEmpty()) {
            throw refused(String.join("; ", problems));
        }
        if (lines.isEmpty()) {
            throw refused("it holds no request");
        }
        return new BatchInput(lines);
    }

    private static QuernException refused(String why) {
        return new QuernException(QuernException.Category.ERROR, "the batch file is refused: " + why);
    }

    private static Line line(String text, String endpoint) {
        Fields fields = Fields.of(Json.parse(text.getBytes(StandardCharsets.UTF_8)));
        String id = fields.requiredText("custom_id");
        String method = fields.requiredText("method");
        String url = fields.requiredText("url");
        JsonNode body = fields.raw("body").orElseThrow(() -> fields.missing("body"));
        if (!method.equals("POST")) {
            throw ApiError.badField("method", "method is " + method + ", expected POST");
        }
        if (!url.equals(endpoint)) {
            throw ApiError.badField("url", "url is " + url + ", the batch's endpoint is " + endpoint);
        }
        if (!body.isObject()) {
            throw ApiError.badField("body", "body is no object");
        }
        if (body.path("stream").asBoolean(false)) {
            throw ApiError.badField("stream", "a batch's answers cannot be streamed");
        }
        return new Line(id, body);
    }
}
