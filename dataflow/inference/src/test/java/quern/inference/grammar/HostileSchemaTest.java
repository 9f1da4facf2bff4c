package quern.inference.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schemas made to keep a server busy are refused within a number of steps that the limits fix (about 50 ns each), and
 * on a small stack.
 */
class HostileSchemaTest {

    private static final GrammarLimits LIMITS = new GrammarLimits(1 << 18, 1 << 20);
    private static final int STACK_BYTES = 512 << 10;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100_000).build()).build());

    /** @param refusal a part of the text, empty where the schema is merely large */
    private record Hostile(String name, String schema, String refusal) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String many(int count, IntFunction<String> part) {
        return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(","));
    }

    private static Hostile chain(String name, int length, IntFunction<String> link, String refusal) {
        return new Hostile(name, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + many(length, i ->
                "\"d" + i + "\":" + link.apply(i).replace("NEXT", "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}"))
                + ",\"d" + length + "\":{\"type\":\"object\"}}}", refusal);
    }

    private static Hostile pattern(String name, String pattern, String refusal) {
        return new Hostile(name, "{\"pattern\":\"" + pattern + "\"}", refusal);
    }

    private static Stream<Hostile> patterns() {
        return Stream.of(pattern("nested counts", "((a{1,100}){1,100}){1,100}", "states"),
                pattern("nested stars", "^" + "(".repeat(60) + "a" + ")*".repeat(60) + "$", ""),
                pattern("nested choices", "^" + "(".repeat(60) + "a" + "){0,2}".repeat(60) + "$", "states"),
                pattern("counted choice", "^(a|b|ab|ba|aab|bba){1,2000}$", "steps"),
                pattern("many optional", "^(a?){1000}(a*){1000}$", "steps"),
                pattern("optional and not", "a?".repeat(1000) + "a".repeat(1000), "steps"),
                pattern("exponential", "(a|b)*a(a|b){14}", "steps"),
                pattern("gaps", "[^a]*a".repeat(600), "steps"),
                pattern("counted letters", "^(\\\\p{L}{1,100}){1,100}$", "large"),
                pattern("counted nothing", "^((){16384}){16384}$", "states"),
                pattern("looping nothing", "^((()*)*)*$", ""));
    }

    static Stream<Hostile> hostile() {
        return Stream.concat(patterns(), Stream.of(
                new Hostile("deep", "{\"items\":".repeat(10_000) + "{}" + "}".repeat(10_000), "deeper"),
                new Hostile("itself", "{\"$ref\":\"#\"}", "cycle"),
                chain("cycle", 1, i -> "{\"anyOf\":[{\"$ref\":\"#/$defs/d0\"},{\"type\":\"null\"}]}", "cycle"),
                chain("long chain", 8000, i -> "NEXT", "cycle"),
                chain("doubling", 60, i -> "{\"allOf\":[NEXT,NEXT]}", "cycle"),
                chain("two ways", 40, i -> ("{\"anyOf\":[{\"allOf\":[NEXT],\"properties\":{\"l#\":{}}},"
                        + "{\"allOf\":[NEXT],\"properties\":{\"r#\":{}}}]}").replace("#", "" + i), "large"),
                chain("needing", 3000, i -> "{\"properties\":{\"n\":NEXT},\"required\":[\"n\"]}", "deeper"),
                new Hostile("wide", "{\"properties\":{" + many(25_000, i -> "\"p" + i + "\":{}") + "}}", "large"),
                new Hostile("wide and open", "{\"properties\":{" + many(6000, i -> "\"p" + i + "\":{}")
                        + "},\"additionalProperties\":true}", "large"),
                new Hostile("lengths", "{\"properties\":{" + many(5000, i -> "\"p" + i + "\":{\"maxLength\":" + i + "}")
                        + "}}", "large"),
                new Hostile("values", "{\"enum\":[" + many(100_000, i -> "\"v" + i + "\"") + "]}", "states"),
                new Hostile("long values", "{\"enum\":[\"" + "x".repeat(200_000) + "\",\"" + "x".repeat(200_000)
                        + "y\"]}", "states"),
                new Hostile("pairs", "{\"oneOf\":[" + many(4000, i -> "{\"type\":\"object\",\"properties\":{\"k\":"
                        + "{\"const\":" + i + "}},\"required\":[\"k\"]}") + "]}", "steps"),
                new Hostile("parts", "{\"allOf\":[" + many(5000, i -> "{\"properties\":{\"q" + i + "\":{}}}") + "]}",
                        "steps"),
                new Hostile("required", "{\"required\":[" + many(20_000, i -> "\"r" + i + "\"") + "]}", "states"),
                new Hostile("first items", "{\"prefixItems\":[" + many(20_000, i -> "{}") + "]}", ""),
                new Hostile("items", "{\"type\":\"array\",\"minItems\":10000000}", "states"),
                new Hostile("characters", "{\"maxLength\":10000000}", "states"),
                new Hostile("remark", "{\"description\":\"" + "d".repeat(1 << 20) + "\"}", "characters")));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void shouldRefuseWithinTheStepsAllowed(Hostile hostile) throws Exception {
        JsonNode schema = JSON.readTree(hostile.schema());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread small = new Thread(null, () -> Grammar.ofSchema(schema, "schema", LIMITS), "small stack", STACK_BYTES);
        small.setUncaughtExceptionHandler((thread, failure) -> thrown.set(failure));
        small.start();
        small.join();
        if (hostile.refusal().isEmpty()) {
            assertEquals(null, thrown.get());
            return;
        }
        GrammarException refusal = (GrammarException) thrown.get();
        assertTrue(refusal.getMessage().contains(hostile.refusal()), refusal.getMessage());
        assertTrue(refusal.at().startsWith("schema"), refusal.at());
    }

    /** What is done is counted where it is done: a schema of twice the branches costs four times the steps. */
    @Test
    void shouldCountComparisonsOfBranches() throws Exception {
        long[] steps = new long[2];
        for (int i = 0; i < 2; i++) {
            JsonNode schema = JSON.readTree("{\"oneOf\":[" + many(50 << i, k -> "{\"const\":" + k + "}") + "]}");
            GrammarBuilder builder = new GrammarBuilder(LIMITS.statesMax());
            builder.build(new SchemaCompiler(builder, schema, "schema", LIMITS).root());
            steps[i] = builder.budget().steps();
        }
        assertTrue(steps[0] > 50 * 49 * 20 && steps[1] > 3 * steps[0], steps[0] + " and " + steps[1] + " steps");
        GrammarBudget budget = new GrammarBudget(10);
        assertThrows(GrammarException.class, () -> budget.steps(81));
    }
}
