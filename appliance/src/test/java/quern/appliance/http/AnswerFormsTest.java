package quern.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.actors.serving.AnswerForm;
import quern.inference.grammar.CallGrammar;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarException;
import quern.inference.grammar.GrammarLimits;
import quern.inference.tool.ToolSyntax;

class AnswerFormsTest {

    private static final GrammarLimits LIMITS = new GrammarLimits(1 << 15, 1 << 16);
    private static final List<String> SOURCES = List.of("""
            {"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object",
            "properties":{"a":{"type":"string","pattern":"^[a-z]+$","maxLength":9},"b":{"$ref":"#/$defs/n"}},
            "required":["a"],"additionalProperties":false,"$defs":{"n":{"type":["integer","null"],"minimum":1}}}}}],
            "tool_choice":"required","parallel_tool_calls":false}""", """
            {"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"anyOf":[
            {"type":"array","items":{"enum":["x",1]},"minItems":1,"maxItems":4},{"type":"number","maximum":2.5},
            {"allOf":[{"properties":{"k":{"const":"v"}}},{"required":["k"]}]},{"format":"date"}]}}}}""");
    private static final List<String> VALUES = List.of("null", "[]", "{}", "7", "-1", "1e300", "1e-999999", "NaN",
            "true", "\"x\"", "\"\\u0000\"", "[[[]]]", "{\"type\":\"object\"}", "{\"$ref\":\"#\"}", "\"(((((\"", "\"[\"",
            "\"\\\\\"",
            "\"a{9999}\"", "99999999999", "\"#/tools\"", "[1]", "[\"a\"]", "\"object\"", "\"(?<n\"", "\"x**\"");

    @Test
    void shouldRefuseOrUnderstandEveryMangledRequest() {
        Random random = new Random(29);
        int understood = 0;
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            String body = SOURCES.get(i % SOURCES.size());
            for (int change = random.nextInt(3); change >= 0; change--) {
                body = mangle(body, random);
            }
            try {
                compile(AnswerForms.read(Fields.of(Json.parse(body.getBytes(StandardCharsets.UTF_8))), 128));
                understood++;
            } catch (GrammarException e) {
                assertTrue(e.at().matches("(tools\\[0]|response_format).*"), () -> e.at() + " " + e.getMessage());
                refused++;
            } catch (ApiError e) {
                assertEquals(400, e.status());
                refused++;
            }
        }
        assertTrue(understood > 100 && refused > 2000, understood + " understood, " + refused + " refused");
    }

    private static void compile(AnswerForm form) {
        switch (form) {
            case AnswerForm.Free free -> { }
            case AnswerForm.AnyObject object -> Grammar.jsonObject(LIMITS);
            case AnswerForm.Document document -> Grammar.ofSchema(document.schema(), document.field(), LIMITS);
            case AnswerForm.Calls calls -> {
                var syntax = ToolSyntax.HERMES.form(List.of());
                CallGrammar.calls(calls.functions(), syntax, calls.several(), LIMITS);
                CallGrammar.textOrCalls(calls.functions(), syntax, calls.several(), LIMITS);
            }
        }
    }

    private static String mangle(String source, Random random) {
        int place = random.nextInt(source.length());
        int colon = source.indexOf(':', place);
        if (random.nextInt(6) == 0 || colon < 0) {
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
        return source.substring(0, colon + 1) + VALUES.get(random.nextInt(VALUES.size())) + source.substring(end);
    }
}
