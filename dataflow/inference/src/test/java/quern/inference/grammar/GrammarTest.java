package quern.inference.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.sampling.TokenMask;

class GrammarTest {

    static final GrammarLimits LIMITS = new GrammarLimits(1 << 18, 1 << 18);
    private static final long MEMORY_BYTES = 1 << 24;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ByteTokens TOKENS = ByteTokens.json();
    private static final TokenTrie TRIE = TokenTrie.of(TOKENS, List.of(ByteTokens.MARKER));

    private static TokenGrammar over(Grammar grammar) {
        return new TokenGrammar(grammar, TRIE, MEMORY_BYTES);
    }

    private static Grammar schema(String text) throws Exception {
        return Grammar.ofSchema(JSON.readTree(text), "schema", LIMITS);
    }

    private static JsonSchema validator(JsonNode schema) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema,
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    }

    /** Whether the grammar has this text, fed byte by byte. */
    private static boolean accepts(Grammar grammar, String text) {
        TokenMask mask = over(grammar).mask();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (!mask.allows(b & 0xff)) {
                return false;
            }
            mask.accept(b & 0xff);
        }
        return mask.allows(TOKENS.end());
    }

    @Test
    void shouldWriteValidDocumentsWhenAnySchemaIsDrawnFromAtRandom() throws Exception {
        int finished = 0;
        for (int seed = 0; seed < 250; seed++) {
            JsonNode schema = new RandomSchema(seed).next();
            TokenGrammar grammar;
            try {
                grammar = over(Grammar.ofSchema(schema, "schema", LIMITS));
            } catch (GrammarException refused) {
                throw new AssertionError(
                        "seed " + seed + " " + refused.at() + ": " + refused.getMessage() + " " + schema);
            }
            JsonSchema validator = validator(schema);
            RandomWriter writer = new RandomWriter(TOKENS, seed);
            for (int document = 0; document < 3; document++) {
                Optional<String> text = writer.write(grammar.mask());
                if (text.isPresent()) {
                    finished++;
                    JsonNode value = JSON.readTree(text.get());
                    assertTrue(validator.validate(value).isEmpty(), () -> "schema " + schema + " document "
                            + text.get() + " " + validator.validate(value));
                }
            }
        }
        assertTrue(finished > 700, finished + " documents came to an end");
    }

    @Test
    void shouldWriteObjectsWhenAnyJsonObjectIsAskedFor() throws Exception {
        TokenGrammar grammar = over(Grammar.jsonObject(LIMITS));
        RandomWriter writer = new RandomWriter(TOKENS, 5);
        for (int i = 0; i < 60; i++) {
            Optional<String> text = writer.write(grammar.mask());
            if (text.isPresent()) {
                assertTrue(JSON.readTree(text.get()).isObject(), text.get());
            }
        }
        Grammar any = Grammar.jsonObject(LIMITS);
        assertTrue(accepts(any,
                "{\"a\":[1,-2.5e+7,\"\\u00e9\\ud83d\\ude00\",{},[],null,true],\"b\": {\n  \"c\":\"€\"\n}}"));
        for (String wrong : List.of("[]", "{\"a\":01}", "{\"a\":\"\\ud83d\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1}}", "{",
                "{\"a\":\"\n\"}", "")) {
            assertFalse(accepts(any, wrong), wrong);
        }
    }

    @Test
    void shouldHaveFoundWhereMostTokensMayComeWhenPrepared() throws Exception {
        Grammar names = schema("{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":9}}");
        TokenGrammar prepared = over(names);
        prepared.prepare();
        int found = prepared.found();
        assertTrue(found >= 9 && found < 256, found + " states");
        TokenMask mask = prepared.mask();
        TokenMask lazy = over(names).mask();
        for (byte b : "[\"abc\",\"d".getBytes(StandardCharsets.UTF_8)) {
            assertEquals(lazy.allowed(), mask.allowed());
            mask.accept(b);
            lazy.accept(b);
        }
        TokenGrammar large = over(schema("{\"type\":\"array\",\"items\":{\"enum\":[\"" + "x".repeat(2000) + "\"]}}"));
        large.prepare();
        assertEquals(256, large.found(), "not all of a large one");
    }

    @Test
    void shouldLeaveNothingUnevaluatedWhenTheSchemaSaysSo() throws Exception {
        Grammar empty = schema("{\"type\":\"object\",\"unevaluatedProperties\":false}");
        assertTrue(accepts(empty, "{}") && !accepts(empty, "{\"a\":1}"));
        Grammar none = schema("{\"type\":\"array\",\"unevaluatedItems\":false}");
        assertTrue(accepts(none, "[]") && !accepts(none, "[1]"));
        Grammar any = schema("{\"type\":\"array\",\"unevaluatedItems\":true}");
        assertTrue(accepts(any, "[1]"));
        String part = "\"$defs\":{\"A\":{\"properties\":{\"a\":{}}%s}},\"allOf\":[{\"$ref\":\"#/$defs/A\"}],"
                + "\"properties\":{\"b\":{}}";
        Grammar around = schema("{" + part.formatted("") + ",\"unevaluatedProperties\":false}");
        assertTrue(accepts(around, "{\"a\":1}") && accepts(around, "{\"b\":1}") && !accepts(around, "{\"c\":1}"));
        Grammar within = schema("{" + part.formatted(",\"unevaluatedProperties\":false") + "}");
        assertTrue(accepts(within, "{\"a\":1}") && !accepts(within, "{\"b\":1}"));
        Grammar branches = schema("{\"anyOf\":[{\"required\":[\"a\"],\"properties\":{\"a\":{}}},{\"type\":\"object\"}],"
                + "\"unevaluatedProperties\":false}");
        assertTrue(accepts(branches, "{\"a\":1}") && accepts(branches, "{}") && !accepts(branches, "{\"c\":1}"));
    }

    @Test
    void shouldFollowAReferenceWhenItsNameIsEscaped() throws Exception {
        Grammar grammar = schema("{\"$ref\":\"#/$defs/a~1b~0c%20d+%25\",\"$defs\":{\"a/b~c d+%\":{\"const\":7}}}");
        assertTrue(accepts(grammar, "7"));
        GrammarException cycle = assertThrows(GrammarException.class,
                () -> schema("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}"));
        assertEquals("schema.$ref", cycle.at());
    }

    @Test
    void shouldWriteHalfASurrogatePairAsItCame() throws Exception {
        Grammar grammar = schema("{\"enum\":[\"\\ud83d\",\"\\ud83d\\ude00\"]}");
        assertTrue(accepts(grammar, "\"\\ud83d\"") && accepts(grammar, "\"\ud83d\ude00\""));
        assertFalse(accepts(grammar, "\"?\""));
    }

    @Test
    void shouldAllowOneBlankAtMostInFrontOfADocument() throws Exception {
        Grammar grammar = schema("{\"const\":7}");
        for (String text : List.of("7", " 7", "\n7")) {
            assertTrue(accepts(grammar, text), text);
        }
        for (String text : List.of("  7", "\n 7", "\n\n7")) {
            assertFalse(accepts(grammar, text), text);
        }
    }

    @Test
    void shouldStopNestingWhenNothingElseWouldComeToAnEnd() throws Exception {
        TokenMask mask = over(Grammar.jsonObject(LIMITS)).mask();
        StringBuilder text = new StringBuilder("{\"a\":");
        text.chars().forEach(mask::accept);
        while (mask.allowed().get('[')) {
            assertTrue(mask.allows('['));
            mask.accept('[');
            text.append('[');
        }
        assertTrue(text.length() > 100 && text.length() < 400, text.length() + " deep");
        RandomWriter writer = new RandomWriter(TOKENS, 3);
        Optional<String> rest = writer.write(mask);
        JSON.readTree(text + rest.orElseThrow());
    }

    @Test
    void shouldAllowTheEndExactlyWhenTheValueIsComplete() throws Exception {
        Grammar grammar = schema("{\"type\":\"integer\",\"minimum\":5,\"maximum\":123}");
        for (int i = -10; i < 200; i++) {
            assertEquals(i >= 5 && i <= 123, accepts(grammar, Integer.toString(i)), Integer.toString(i));
        }
        TokenMask mask = over(grammar).mask();
        assertFalse(mask.allows(TOKENS.end()));
        mask.accept('1');
        mask.accept('2');
        assertTrue(mask.allows(TOKENS.end()) && mask.allows('3') && !mask.allows('4'));
        mask.accept(TOKENS.end());
        BitSet onlyEnd = new BitSet();
        onlyEnd.set(TOKENS.end());
        assertEquals(onlyEnd, mask.allowed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.5,1.25", "0,1", "0.125,0.13", "-3,-2.5", "-2,7"})
    void shouldTellNumbersWithinBounds(String bounds) throws Exception {
        String[] ends = bounds.split(",");
        Grammar grammar = schema(
                "{\"type\":\"number\",\"minimum\":" + ends[0] + ",\"exclusiveMaximum\":" + ends[1] + "}");
        double low = Double.parseDouble(ends[0]);
        double high = Double.parseDouble(ends[1]);
        for (int thousandth = -4000; thousandth <= 8000; thousandth += 5) {
            String text = java.math.BigDecimal.valueOf(thousandth, 3).toPlainString();
            double value = thousandth / 1000.0;
            boolean zero = value == 0 && text.startsWith("-");
            assertEquals(value >= low && value < high && !zero, accepts(grammar, text), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[a-c]+\\d{2,4}", "(a|b)*abb", "\\w+@\\w+\\.(com|org)",
        "(?:x+x+)+y", "€[é-ü]{3}|\\u{1F600}",
        "(?<year>[0-9]{4})-[0-9]{2}", "[^\\n\"]*", "a?b?c?", "((a{1,3}){1,3}){1,2}z", "\\S\\D\\W"})
    void shouldWriteMatchingTextsWhenAPatternIsDrawnFromAtRandom(String pattern) {
        TokenGrammar grammar = over(Grammar.ofPattern(pattern, "pattern", LIMITS));
        String unicode = pattern.replace("\\u{1F600}", "\uD83D\uDE00");
        RandomWriter writer = new RandomWriter(TOKENS, pattern.hashCode());
        int finished = 0;
        for (int i = 0; i < 40; i++) {
            Optional<String> text = writer.write(grammar.mask());
            finished += text.isPresent() ? 1 : 0;
            text.ifPresent(written -> assertTrue(Pattern.compile(unicode, Pattern.DOTALL).matcher(written).matches(),
                    pattern + " " + written));
        }
        assertTrue(finished >= 30, finished + " of 40");
    }

    @Test
    void shouldWriteWhatJavaReadsWhenAFormatIsAskedFor() throws Exception {
        Map<String, Function<String, Object>> readers = Map.of(
                "date", LocalDate::parse, "time", OffsetTime::parse, "date-time", OffsetDateTime::parse,
                "uuid", UUID::fromString, "uri", URI::create);
        for (String format : List.of("date", "time", "date-time", "uuid", "uri")) {
            TokenGrammar grammar = over(schema("{\"format\":\"" + format + "\"}"));
            RandomWriter writer = new RandomWriter(TOKENS, 9);
            for (int i = 0; i < 30; i++) {
                readers.get(format).apply(JSON.readTree(writer.write(grammar.mask()).orElseThrow()).textValue());
            }
        }
    }

    @Test
    void shouldMarkOnlyWhereTheGrammarAsksForAMarker() {
        GrammarBuilder builder = new GrammarBuilder(1000);
        int rule = builder.add("", Part.row(Part.symbols(Grammar.MARKER, Grammar.MARKER), Part.text("x")));
        TokenMask mask = over(builder.build(rule)).mask();
        BitSet marker = new BitSet();
        marker.set(TOKENS.marker());
        assertEquals(marker, mask.allowed());
        mask.accept(TOKENS.marker());
        assertTrue(mask.allows('x') && !mask.allows(TOKENS.marker()));
    }

    @Test
    void shouldForgetWhatIsTooMuchWithoutChangingMasks() throws Exception {
        JsonNode schema = new RandomSchema(11).next();
        TokenGrammar roomy = over(Grammar.ofSchema(schema, "schema", LIMITS));
        TokenGrammar tight = new TokenGrammar(Grammar.ofSchema(schema, "schema", LIMITS), TRIE, 0);
        RandomWriter first = new RandomWriter(TOKENS, 4);
        RandomWriter second = new RandomWriter(TOKENS, 4);
        for (int i = 0; i < 5; i++) {
            assertEquals(first.write(roomy.mask()), second.write(tight.mask()));
            assertEquals(first.drawn, second.drawn);
        }
    }
}
