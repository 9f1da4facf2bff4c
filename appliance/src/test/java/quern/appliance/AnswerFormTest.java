package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFormTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PERSON = """
            {"type": "object", "properties": {
              "name": {"type": "string", "minLength": 1, "maxLength": 12},
              "age": {"type": "integer", "minimum": 0, "maximum": 120},
              "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3}},
             "required": ["name", "age", "tags"], "additionalProperties": false}""";
    private static final String TOOLS = """
            [{"type": "function", "function": {"name": "weather", "description": "of a town", "parameters":
              {"type": "object", "properties": {"town": {"type": "string", "maxLength": 8},
               "unit": {"enum": ["C", "F"]}}, "required": ["town", "unit"], "additionalProperties": false}}},
             {"type": "function", "function": {"name": "now"}}]""";

    @TempDir
    static Path directory;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of());
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static ObjectNode body(int seed) {
        ObjectNode body = TestAppliance.JSON.createObjectNode();
        body.put("model", "endless").put("seed", seed).put("max_tokens", 300).put("temperature", 1.5);
        body.putArray("messages").addObject().put("role", "user").put("content", "Tell me.");
        return body;
    }

    private static ObjectNode withSchema(ObjectNode body, JsonNode schema) {
        body.putObject("response_format").put("type", "json_schema")
                .putObject("json_schema").put("name", "answer").put("strict", true).set("schema", schema);
        return body;
    }

    private static JsonNode answer(JsonNode body) throws Exception {
        HttpResponse<String> response = appliance.post(CHAT, body.toString());
        assertEquals(200, response.statusCode(), response.body());
        return TestAppliance.json(response).path("choices").path(0);
    }

    private static void requirePerson(String text) throws Exception {
        JsonNode person = TestAppliance.JSON.readTree(text);
        Set<String> names = new HashSet<>();
        person.fieldNames().forEachRemaining(names::add);
        assertEquals(Set.of("name", "age", "tags"), names, text);
        int age = person.path("age").intValue();
        assertTrue(person.path("name").isTextual() && age >= 0 && age <= 120 && person.path("tags").size() <= 3, text);
    }

    @Test
    void shouldAnswerWithinTheSchemaTheSameAloneAndBesideOthers() throws Exception {
        List<String> alone = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            JsonNode choice = answer(withSchema(body(seed), TestAppliance.JSON.readTree(PERSON)));
            assertEquals("stop", choice.path("finish_reason").textValue(), choice.toString());
            alone.add(choice.path("message").path("content").textValue());
            requirePerson(alone.getLast());
        }
        assertTrue(new HashSet<>(alone).size() > 4, alone.toString());
        List<String> together = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<JsonNode>> calls = new ArrayList<>();
            for (int seed = 0; seed < 8; seed++) {
                ObjectNode body = withSchema(body(seed), TestAppliance.JSON.readTree(PERSON)).put("n", 1 + seed % 3);
                calls.add(() -> answer(body));
            }
            for (Future<JsonNode> call : threads.invokeAll(calls)) {
                together.add(call.get().path("message").path("content").textValue());
            }
        }
        assertEquals(alone, together);
    }

    @Test
    void shouldGiveAnObjectOrSayThatItWasCutWhenJsonIsAskedFor() throws Exception {
        ObjectNode body = body(3).put("n", 4).put("max_tokens", 60);
        body.putObject("response_format").put("type", "json_object");
        HttpResponse<String> response = appliance.post(CHAT, body.toString());
        assertEquals(200, response.statusCode(), response.body());
        for (JsonNode choice : TestAppliance.json(response).path("choices")) {
            String text = choice.path("message").path("content").textValue();
            assertTrue(text.strip().startsWith("{"), text);
            if (choice.path("finish_reason").textValue().equals("stop")) {
                assertTrue(TestAppliance.JSON.readTree(text).isObject(), text);
            }
        }
        JsonNode cut = answer(body.deepCopy().put("n", 1).put("max_tokens", 2));
        assertEquals("length", cut.path("finish_reason").textValue());
    }

    private static ObjectNode withTools(int seed, JsonNode choice) throws Exception {
        ObjectNode body = body(seed);
        body.set("tools", TestAppliance.JSON.readTree(TOOLS));
        body.set("tool_choice", choice);
        return body;
    }

    @Test
    void shouldCallAFunctionWithItsArgumentsWhenOneIsRequired() throws Exception {
        Set<String> called = new HashSet<>();
        for (int seed = 0; seed < 8; seed++) {
            ObjectNode body = withTools(seed, TestAppliance.JSON.readTree("\"required\""))
                    .put("parallel_tool_calls", false);
            JsonNode choice = answer(body);
            assertEquals("tool_calls", choice.path("finish_reason").textValue(), choice.toString());
            assertTrue(choice.path("message").path("content").isNull(), choice.toString());
            JsonNode call = choice.path("message").path("tool_calls").path(0);
            String name = call.path("function").path("name").textValue();
            called.add(name);
            JsonNode arguments = TestAppliance.JSON.readTree(call.path("function").path("arguments").textValue());
            assertEquals(name.equals("now") ? 0 : 2, arguments.size(), choice.toString());
            assertEquals(1, choice.path("message").path("tool_calls").size());
            requireStreamedAlike(body, name, arguments);
        }
        assertEquals(Set.of("weather", "now"), called);
        JsonNode named = answer(withTools(1, TestAppliance.JSON.readTree(
                "{\"type\": \"function\", \"function\": {\"name\": \"weather\"}}")));
        assertEquals("weather", named.at("/message/tool_calls/0/function/name").textValue(), named.toString());
    }

    @Test
    void shouldGiveNoTextWhenARequiredCallIsCut() throws Exception {
        Set<String> reasons = new HashSet<>();
        for (int tokens = 1; tokens < 60; tokens += 4) {
            ObjectNode body = withTools(tokens, TestAppliance.JSON.readTree("\"required\"")).put("max_tokens", tokens);
            JsonNode choice = answer(body);
            reasons.add(choice.path("finish_reason").textValue());
            assertEquals("", choice.at("/message/content").asText("").strip(), choice.toString());
            String streamed = appliance.post(CHAT, body.put("stream", true).toString()).body();
            for (String line : streamed.lines().filter(line -> line.startsWith("data: {")).toList()) {
                JsonNode delta = TestAppliance.JSON.readTree(line.substring("data: ".length()))
                        .at("/choices/0/delta/content");
                assertEquals("", delta.asText("").strip(), line);
            }
        }
        assertTrue(reasons.contains("length"), reasons.toString());
    }

    private static void requireStreamedAlike(ObjectNode body, String name, JsonNode arguments) throws Exception {
        HttpResponse<String> response = appliance.post(CHAT, body.deepCopy().put("stream", true).toString());
        StringBuilder pieces = new StringBuilder();
        List<String> ids = new ArrayList<>();
        List<String> names = new ArrayList<>();
        String reason = null;
        for (String line : response.body().lines().filter(line -> line.startsWith("data: {")).toList()) {
            JsonNode choice = TestAppliance.JSON.readTree(line.substring("data: ".length())).path("choices").path(0);
            JsonNode calls = choice.path("delta").path("tool_calls");
            assertTrue(calls.size() <= 1, line);
            for (JsonNode call : calls) {
                assertTrue(call.path("function").isObject() && call.path("index").intValue() == 0, line);
                call.path("id").asText("").lines().forEach(ids::add);
                call.path("function").path("name").asText("").lines().forEach(names::add);
                pieces.append(call.path("function").path("arguments").asText(""));
            }
            reason = choice.path("finish_reason").isTextual() ? choice.path("finish_reason").textValue() : reason;
        }
        assertEquals(1, ids.size());
        assertEquals(List.of(name), names);
        assertEquals(arguments, TestAppliance.JSON.readTree(pieces.toString()));
        assertEquals("tool_calls", reason);
    }

    @Test
    void shouldTakeCallsAndResultsInTheConversation() throws Exception {
        ObjectNode body = withTools(4, TestAppliance.JSON.readTree("\"auto\"")).put("max_tokens", 8);
        ArrayNode messages = body.withArray("messages");
        messages.add(TestAppliance.JSON.readTree("""
                {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                 "function": {"name": "weather", "arguments": "{\\"town\\": \\"Bonn\\", \\"unit\\": \\"C\\"}"}}]}"""));
        messages.addObject().put("role", "tool").put("tool_call_id", "c1").put("content", "20");
        assertTrue(answer(body).path("message").path("content").isTextual());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"type\": \"object\", \"properties\": {\"a\": {\"not\": {}}}} | .properties.a.not",
        "{\"type\": \"string\", \"pattern\": \"(?=a)b\"} | .pattern",
        "{\"type\": \"string\", \"pattern\": \"((a{1,200}){1,200}){1,200}\"} | .pattern",
        "{\"type\": \"string\", \"pattern\": \"[ab]*a[ab]{60}c\"} | .pattern",
        "{\"type\": \"string\", \"pattern\": 7} | .pattern",
        "{\"type\": 7} | .type",
        "{\"type\": \"strin\"} | .type",
        "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"$ref\": \"#/$defs/a\"}}} | ",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#\"}}, \"required\": [\"a\"]} | ",
        "{\"anyOf\": [{\"$ref\": \"#\"}, {\"type\": \"null\"}]} | ",
        "{\"$ref\": \"http://elsewhere/x\"} | .$ref",
        "{\"type\": \"integer\", \"minimum\": 5, \"maximum\": 4} | ",
        "{\"type\": \"integer\", \"multipleOf\": 5} | .multipleOf",
        "{\"type\": \"array\", \"minItems\": 100000000} | ",
        "{\"type\": \"integer\", \"minimum\": NaN} | ",
        "false | ",
        "7 | "})
    void shouldNameThePlaceWhenASchemaCannotBeUsed(String schema, String at) throws Exception {
        String field = "response_format.json_schema.schema";
        String body = withSchema(body(1), TestAppliance.JSON.nullNode()).toString()
                .replace("\"schema\":null", "\"schema\":" + schema);
        requireRefused(body, field, at == null ? "" : at);
    }

    private static void requireRefused(String body, String field, String at) throws Exception {
        long tookMs = Long.MAX_VALUE;
        HttpResponse<String> response = null;
        for (int i = 0; i < 3; i++) {
            long from = System.nanoTime();
            response = appliance.post(CHAT, body);
            tookMs = Math.min(tookMs, (System.nanoTime() - from) / 1_000_000);
        }
        assertEquals(400, response.statusCode(), response.body());
        String param = TestAppliance.json(response).path("error").path("param").asText();
        assertTrue(at.isEmpty() ? param.startsWith(field) : param.equals(field + at), response.body());
        // A bound of the fault table is 100 ms; a busy machine gets more.
        assertTrue(tookMs < 1000, tookMs + " ms");
    }

    @Test
    void shouldRefuseQuicklyWhenASchemaIsHuge() throws Exception {
        String deep = "{\"type\": \"array\", \"items\": ".repeat(10_000) + "{}" + "}".repeat(10_000);
        String body = withSchema(body(1), TestAppliance.JSON.nullNode()).toString();
        assertEquals(400, appliance.post(CHAT, body.replace("\"schema\":null", "\"schema\":" + deep)).statusCode());
        StringBuilder wide = new StringBuilder("{\"type\": \"object\", \"properties\": {");
        for (int i = 0; i < 25_000; i++) {
            wide.append("\"property").append(i).append("\": {\"type\": \"string\"},");
        }
        String large = wide.append("\"last\": {}}}").toString();
        requireRefused(body.replace("\"schema\":null", "\"schema\":" + large),
                "response_format.json_schema.schema", "");
        requireRefused(withTools(1, TestAppliance.JSON.readTree("\"auto\"")).toString().replace("\"maxLength\":8",
                "\"if\":{}"), "tools[0].function.parameters", ".properties.town.if");
    }

    @Test
    void shouldStayAliveWhenToolsAndFormatsAreMangled() throws Exception {
        Random random = new Random(17);
        List<String> sources = List.of(withTools(1, TestAppliance.JSON.readTree("\"required\"")).put("max_tokens", 1)
                .toString(), withSchema(body(1), TestAppliance.JSON.readTree(PERSON)).put("max_tokens", 1).toString());
        List<String> values = List.of("null", "[]", "{}", "7", "-1", "1e400", "NaN", "true", "\"x\"", "\"\\u0000\"",
                "[[[]]]", "{\"type\":\"object\"}",
                "{\"$ref\":\"#\"}", "\"(((((\"", "\"[\"", "\"\\ud800\"", "99999999999");
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            String mangled = mangle(sources.get(i % 2), values, random);
            int status = appliance.post(CHAT, mangled).statusCode();
            assertTrue(status == 200 || status >= 400 && status < 500, status + " for " + mangled);
            refused += status == 200 ? 0 : 1;
        }
        assertTrue(refused > 50 && refused < 300, refused + " refused");
        assertEquals(0, appliance.active());
        assertFalse(answer(body(2)).isMissingNode());
    }

    /** Puts another value behind a colon or comma, or cuts a few characters out. */
    private static String mangle(String source, List<String> values, Random random) {
        int at = source.indexOf("\"tools\"") > 0 ? source.indexOf("\"tools\"") : source.indexOf("\"response_format\"");
        int place = at + random.nextInt(source.length() - at);
        int colon = source.indexOf(':', place);
        if (random.nextInt(5) == 0 || colon < 0) {
            int to = Math.min(source.length(), place + 1 + random.nextInt(3));
            return source.substring(0, place) + source.substring(to);
        }
        int end = colon + 1;
        int depth = 0;
        boolean inString = false;
        while (end < source.length() && (inString || depth > 0 || ",}]".indexOf(source.charAt(end)) < 0)) {
            char c = source.charAt(end++);
            inString ^= c == '"';
            depth += !inString && (c == '{' || c == '[') ? 1 : !inString && (c == '}' || c == ']') ? -1 : 0;
        }
        return source.substring(0, colon + 1) + values.get(random.nextInt(values.size())) + source.substring(end);
    }
}
