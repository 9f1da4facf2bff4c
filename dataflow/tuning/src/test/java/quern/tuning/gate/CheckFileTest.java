package quern.tuning.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.config.QuernException;
import quern.inference.grammar.GrammarLimits;

class CheckFileTest {

    private static final GrammarLimits LIMITS = new GrammarLimits(1 << 16, 1 << 16);

    private static List<Check> read(String... lines) throws IOException {
        return new CheckFile(LIMITS, 3).read(new BufferedReader(new StringReader(String.join("\n", lines))), "c.jsonl");
    }

    private static boolean holds(String expectation, String answer) throws IOException {
        Check check = read("{\"query\": \"?\", " + expectation + "}").getFirst();
        return CheckAnswer.of(check, answer, true).passed();
    }

    @Test
    void shouldReadEveryFormWhenWellFormed() throws IOException {
        List<Check> checks = read(
                "{\"name\": \"sky\", \"instruction\": \"Which?\", \"input\": \"the sky\", \"exact\": \"blue\"}", "",
                "{\"prompt\": \"The sky is\", \"judge\": \"Is it a colour?\", \"judge_model\": \"m\"}",
                "{\"messages\": [{\"role\": \"system\", \"content\": \"Short.\"}, {\"role\": \"user\", "
                        + "\"content\": \"Sky?\"}], \"contains\": \"blue\", \"max_tokens\": 9}");
        assertEquals("sky", checks.get(0).name());
        assertEquals("Which?\n\nthe sky", checks.get(0).prompt().shown());
        assertEquals(128, checks.get(0).tokensMax());
        assertEquals(new Check("line-3", new CheckPrompt.Text("The sky is"),
                new Expectation.Judged("Is it a colour?", Optional.of("m")), 128), checks.get(1));
        assertEquals("Sky?", checks.get(2).prompt().shown());
        assertEquals(9, checks.get(2).tokensMax());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"query": "?", "exact": "a"} | {"query": "?"                 | line 2 of c.jsonl is not JSON
            {"query": "?", "exact": "a"} | [1]                           | line 2 of c.jsonl: it is ARRAY
            {"query": "?", "exact": "a"} | {"exact": "a"}                | it has none of messages, instruction
            {"query": "?", "exact": "a"} | {"query": "?"}                | it has none of exact, contains
            {"query": "?", "exact": "a"} | {"query": "?", "exact": "a", "regex": "a"}    | it has exact and regex of
            {"query": "?", "exact": "a"} | {"query": "?", "regex": "(a"}                 | regex
            {"query": "?", "exact": "a"} | {"query": "?", "regex": "(?=a)"}              | not supported
            {"query": "?", "exact": "a"} | {"query": "?", "json_schema": {"type": "x"}}  | json_schema
            {"query": "?", "exact": "a"} | {"query": "?", "exact": "a", "colour": 1}     | no field 'colour'
            {"query": "?", "exact": "a"} | {"query": "?", "exact": 7}                    | 'exact' is NUMBER
            {"query": "?", "exact": "a"} | {"query": "?", "exact": "a", "max_tokens": 0} | max_tokens is 0
            {"query": "?", "exact": "a"} | {"query": "?", "regex": "a", "ignore_case": true} | ignore_case is
            {"query": "?", "exact": "a"} | {"prompt": "?", "exact": "a", "input": "b"}   | 'input' goes with
            {"query": "?", "exact": "a"} | {"messages": [], "exact": "a"}                | expected an array
            """)
    void shouldNameTheLineWhenOneIsNoCheck(String first, String second, String problem) {
        String message = assertThrows(QuernException.class, () -> read(first, second)).getMessage();
        assertTrue(message.startsWith("line 2 of c.jsonl") && message.contains(problem.strip()), message);
    }

    @Test
    void shouldRefuseWhenThereAreTooManyOrNone() {
        String line = "{\"query\": \"?\", \"exact\": \"a\"}";
        assertTrue(assertThrows(QuernException.class, () -> read(line, line, line, line)).getMessage()
                .contains("more than 3 checks"));
        assertTrue(assertThrows(QuernException.class, () -> read("", " ")).getMessage().contains("holds no check"));
    }

    @Test
    void shouldJudgeTextsWhenTheyAreLiteral() throws IOException {
        assertTrue(holds("\"exact\": \"blue\"", " blue\n"));
        assertFalse(holds("\"exact\": \"blue\"", "Blue"));
        assertTrue(holds("\"exact\": \"blue\", \"ignore_case\": true", "Blue"));
        assertTrue(holds("\"contains\": \"a+b\"", "it is a+b."));
        assertFalse(holds("\"contains\": \"a+b\"", "it is aab"));
        assertTrue(holds("\"regex\": \"^[0-9]{4}-[0-9]{2}$\"", "2026-11"));
        assertFalse(holds("\"regex\": \"^[0-9]{4}-[0-9]{2}$\"", "in 2026-11"));
        assertTrue(holds("\"regex\": \"\\\\d{2}\"", "in 2026"));
        assertFalse(holds("\"judge\": \"Is it?\"", "yes"));
    }

    @Test
    void shouldJudgeDocumentsWhenPropertiesComeInAnyOrder() throws IOException {
        String schema = "\"json_schema\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}, "
                + "\"b\": {\"type\": \"string\", \"pattern\": \"^x+$\"}}, \"required\": [\"a\", \"b\"]}";
        assertTrue(holds(schema, "{\"b\": \"xx\", \"a\": 1, \"c\": null}"));
        assertFalse(holds(schema, "{\"b\": \"xy\", \"a\": 1}"));
        assertFalse(holds(schema, "{\"a\": 1}"));
        assertFalse(holds(schema, "{\"b\": \"xx\", \"a\": 1} and more"));
        assertFalse(holds(schema, "no document"));
        assertFalse(holds(schema, "[".repeat(100_000)));
    }

    @Test
    void shouldEndInTimeWhenPatternsAndSchemasAreHostile() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            assertFalse(holds("\"regex\": \"^(a+)+$\"", "a".repeat(50_000) + "b"));
            assertFalse(holds("\"regex\": \"^(a|aa)*$\"", "a".repeat(50_000) + "b"));
            String chain = IntStream.range(0, 40).mapToObj(i -> "\"d" + i + "\": {\"anyOf\": [{\"$ref\": \"#/$defs/d"
                    + (i + 1) + "\"}, {\"$ref\": \"#/$defs/d" + (i + 1) + "\"}]}").collect(Collectors.joining(","));
            String schema = "\"json_schema\": {\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/d0\""
                    + "}}, \"required\": [\"a\"], \"$defs\": {" + chain + ", \"d40\": {\"type\": \"integer\"}}}";
            assertFalse(holds(schema, "{\"a\": \"no\"}"));
        });
    }

    @Test
    void shouldFailUntilAModelHasSpokenWhenItHasToJudge() throws IOException {
        Check check = read("{\"query\": \"?\", \"judge\": \"Is it short?\"}").getFirst();
        CheckAnswer open = CheckAnswer.of(check, "a", true);
        CheckOutcome outcome = new CheckOutcome(check, Optional.of(open.with(Verdict.PASSED)), open);
        assertTrue(outcome.undecided() && outcome.lost());
        assertFalse(new CheckOutcome(check, outcome.base(), open.with(Verdict.PASSED)).undecided());
        assertFalse(new CheckOutcome(check, outcome.base(), open.with(Verdict.PASSED)).lost());
    }

    @Test
    void shouldCountWhatWasLostWhenTheBaseWasBetter() throws IOException {
        Check check = read("{\"query\": \"?\", \"exact\": \"a\"}").getFirst();
        CheckOutcome kept = new CheckOutcome(
                check, Optional.of(CheckAnswer.of(check, "b", true)), CheckAnswer.of(check, "a", true));
        CheckOutcome lost = new CheckOutcome(
                check, Optional.of(CheckAnswer.of(check, "a", true)), CheckAnswer.of(check, "b", false));
        CheckScore score = CheckScore.of(List.of(kept, lost));
        assertEquals(new CheckScore(2, 1, Optional.of(1), 1), score);
        assertEquals(List.of(), score.refusals(new CheckLimits(0.5, 1)));
        assertEquals(List.of("1 of 2 checks passed, a share of 0.500, expected at least 0.900",
                "1 checks lost that the base passes, expected at most 0"), score.refusals(new CheckLimits(0.9, 0)));
        assertTrue(lost.toJson().path("answer").path("reason").asText().contains("another text"));
    }
}
