package quern.inference.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Schemas that nobody would write, as response formats and as parameters of tools: each is refused naming a place, or
 * everything its masks let through is a valid document. A campaign runs for about ten minutes.
 */
class GrammarFuzzTest {

    private static final int SCHEMAS = Integer.getInteger(
            "quern.fuzz", Boolean.getBoolean("quern.campaign") ? 150_000 : 400);
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);
    private static final GrammarLimits LIMITS = new GrammarLimits(1 << 14, 1 << 16);
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ByteTokens TOKENS = ByteTokens.json();
    private static final TokenTrie TRIE = TokenTrie.of(TOKENS, List.of(ByteTokens.MARKER));
    private static final CallForm FORM = new CallForm("<tool_call>", -1, false, "arguments", "</tool_call>", -1);

    private int refused;
    private int finished;
    private int validated;

    @Test
    void shouldRefuseOrWriteValidDocumentsWhateverTheSchema() throws Exception {
        Random seeds = new Random(SEED);
        for (int i = 0; i < SCHEMAS; i++) {
            Random random = new Random(seeds.nextLong());
            JsonNode schema = new NastySchema(random).next();
            String what = "-Dquern.seed=" + SEED + ", schema " + i + ": " + schema;
            try {
                check(schema, random, what);
            } catch (RuntimeException | StackOverflowError broken) {
                throw new AssertionError(what, broken);
            }
        }
        assertTrue(refused > SCHEMAS / 20, refused + " of " + SCHEMAS + " refused");
        assertTrue(finished > SCHEMAS / 8, finished + " documents of " + SCHEMAS + " schemas");
        assertTrue(validated > SCHEMAS / 16, validated + " documents validated of " + SCHEMAS + " schemas");
    }

    private void check(JsonNode schema, Random random, String what) throws Exception {
        boolean tool = random.nextInt(4) == 0;
        TokenGrammar grammar;
        try {
            grammar = new TokenGrammar(tool ? CallGrammar.calls(
                    List.of(new CallGrammar.Function("f", schema, "tools[0]")), FORM, false, LIMITS)
                    : Grammar.ofSchema(schema, "schema", LIMITS), TRIE, 1 << 20);
        } catch (GrammarException refusal) {
            assertTrue(refusal.at().startsWith(tool ? "tools" : "schema"), what + ": refused at " + refusal.at());
            refused++;
            return;
        }
        RandomWriter writer = new RandomWriter(TOKENS, random.nextLong());
        Optional<String> text;
        try {
            text = writer.write(grammar.mask());
        } catch (AssertionError wrong) {
            throw new AssertionError(what, wrong);
        }
        if (text.isEmpty()) {
            return;
        }
        finished++;
        JsonNode document = tool ? arguments(text.get(), what) : JSON.readTree(text.get());
        if (finished % 2 == 0) {
            validate(tool && !schema.has("type") ? ((ObjectNode) schema.deepCopy()).put("type", "object") : schema,
                    document, what);
        }
    }

    private static JsonNode arguments(String call, String what) throws Exception {
        assertTrue(call.strip().startsWith("<tool_call>") && call.endsWith("</tool_call>"), what + ": " + call);
        JsonNode inner = JSON.readTree(
                call.strip().substring("<tool_call>".length(), call.strip().length() - "</tool_call>".length()));
        assertEquals("f", inner.path("name").asText(), what);
        return inner.get("arguments");
    }

    /** Our own extension {@code nullable} is what the validator does not know, and some schemas it cannot read. */
    private void validate(JsonNode schema, JsonNode document, String what) {
        if (schema.findValue("nullable") != null) {
            return;
        }
        JsonNode read = JsonNodeFactory.instance.objectNode().setAll((ObjectNode) schema);
        boolean valid;
        try {
            JsonSchema validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(read,
                    SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
            valid = validator.validate(document).isEmpty();
        } catch (RuntimeException | StackOverflowError unreadable) {
            return;
        }
        validated++;
        assertTrue(valid, () -> what + ": let through " + document);
    }
}
