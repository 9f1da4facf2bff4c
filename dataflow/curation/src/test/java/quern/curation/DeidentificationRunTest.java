package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.ingest.Sample;

class DeidentificationRunTest {

    private static final CurationConfig CONFIG = new CurationConfig(2, 0, DataSize.parse("1MiB"),
            DataSize.parse("1MiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);

    @TempDir
    Path directory;

    private record Ran(List<ObjectNode> samples, RunReport report) {}

    private Ran run(String operator, ObjectNode... samples) throws IOException {
        Pipeline pipeline = Reference.pipeline("project_name: t\nprocess:\n  - " + operator + "\n");
        List<Sample> source = new ArrayList<>();
        for (ObjectNode fields : samples) {
            source.add(new Sample(fields, "doc-" + source.size(), 0, 1, 0));
        }
        Path target = Files.createTempDirectory(directory, "run");
        RunReport report;
        try (PipelineRun run = PipelineRun.open(pipeline, new ListSource(source), target, CONFIG, List.of())) {
            while (run.step(1)) {
                continue;
            }
            report = run.report();
        }
        List<ObjectNode> kept = new ArrayList<>();
        try (Stream<Path> files = Files.walk(target)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains("Kowalczyk") || content.contains("219-09"), file::toString);
                if (file.getFileName().toString().startsWith("part-")
                        || file.getFileName().toString().startsWith("shard")) {
                    for (String line : Files.readAllLines(file)) {
                        kept.add((ObjectNode) Json.MAPPER.readTree(line));
                    }
                }
            }
        }
        return new Ran(kept, report);
    }

    private static ObjectNode sample(String text) {
        return Json.object().put("text", text);
    }

    private static Map<String, Long> noted(Ran ran) {
        return ran.report().operators().stream().filter(line -> line.operator().endsWith("identifiers_mapper"))
                .findFirst().orElseThrow().noted();
    }

    @Test
    void shouldCountReplacementsByKindWhenTextsAreMasked() throws IOException {
        Ran ran = run("mask_identifiers_mapper:", sample("Mr. Kowalczyk, SSN 219-09-9999, was seen on 03/12/2019."),
                sample("Nothing here."));
        assertEquals("Mr. [NAME], SSN [SSN], was seen on [DATE].", ran.samples().get(0).get("text").asText());
        assertEquals("Nothing here.", ran.samples().get(1).get("text").asText());
        assertEquals(Map.of("masked name", 1L, "masked ssn", 1L, "masked date", 1L), noted(ran));
    }

    @Test
    void shouldReplaceOnlyTheKindsThatAreAskedFor() throws IOException {
        Ran ran = run("mask_identifiers_mapper: {kinds: [ssn, name], keep_year: true}",
                sample("Mr. Kowalczyk, SSN 219-09-9999, was seen on 03/12/2019."));
        assertEquals("Mr. [NAME], SSN [SSN], was seen on 03/12/2019.", ran.samples().get(0).get("text").asText());
    }

    @Test
    void shouldDropWithItsReasonWhenAnIdentifierIsUnsure() throws IOException {
        String doubtful = "The code 12345678 was noted.";
        Ran dropped = run("mask_identifiers_mapper: {when_unsure: drop}", sample(doubtful), sample("Nothing here."));
        assertEquals(1, dropped.samples().size());
        assertEquals(Map.of("identifier unsure", 1L), dropped.report().operators().stream()
                .filter(line -> line.operator().equals("mask_identifiers_mapper")).findFirst().orElseThrow().dropped());
        Ran masked = run("mask_identifiers_mapper:", sample(doubtful));
        assertEquals("The code [OTHER_ID] was noted.", masked.samples().get(0).get("text").asText());
        assertEquals(Map.of("masked other_id", 1L, "unsure other_id", 1L), noted(masked));
        Ran kept = run("mask_identifiers_mapper: {when_unsure: keep}", sample(doubtful));
        assertEquals(doubtful, kept.samples().get(0).get("text").asText());
        assertEquals(Map.of("unsure other_id", 1L), noted(kept));
    }

    @Test
    void shouldTreatEveryTextFieldWhenAsked() throws IOException {
        ObjectNode fields = sample("Nothing here.").put("from", "Dr. Kowalczyk").put("n", 7);
        fields.putObject("meta").putArray("notes").add("SSN 219-09-9999").addNull();
        Ran ran = run("mask_identifiers_mapper: {all_fields: true}", fields);
        assertEquals("Dr. [NAME]", ran.samples().get(0).get("from").asText());
        assertEquals("SSN [SSN]", ran.samples().get(0).get("meta").get("notes").get(0).asText());
        assertEquals(7, ran.samples().get(0).get("n").asInt());
    }

    @Test
    void shouldMoveDatesAlikeWhenAFieldNamesThePerson() throws IOException {
        String recipe = "pseudonymize_identifiers_mapper: {key: a secret of this test, date_shift_field: meta.person}";
        ObjectNode one = sample("Seen 2019-03-12.");
        one.putObject("meta").put("person", 17);
        Ran ran = run(recipe, one, one.deepCopy(), sample("Seen 2019-03-12."));
        assertEquals(ran.samples().get(0).get("text"), ran.samples().get(1).get("text"));
        assertFalse(ran.samples().get(0).get("text").asText().contains("2019-03-12"));
        assertEquals(Map.of("pseudonymized date", 3L), noted(ran));
    }

    @Test
    void shouldGoOnWhenTextsAreAwkward() throws IOException {
        Ran ran = run("pseudonymize_identifiers_mapper: {key: a secret of this test}", sample(""),
                sample("\u0000\u0000 Dr. "),
                sample("\uD83D Mr. \uDE00 \uD83D\uDE00-\uD83D\uDE00 tel \u0661\u0662\u0663"), Json.object().put("text",
                7),
                Json.object().putNull("text"), sample("A.".repeat(100_000)),
                sample("Dr. Z\u030Co\u0301 \u00C5str\u00F6m-Noe"));
        assertEquals(5, ran.samples().size());
        assertTrue(ran.report().addsUp());
        assertEquals("", ran.samples().get(0).get("text").asText());
    }

    @Test
    void shouldRefuseWhenParametersDoNotFit() {
        assertProblem("mask_identifiers_mapper: {kinds: [nose]}", "no kind of identifier 'nose'");
        assertProblem("mask_identifiers_mapper: {when_unsure: perhaps}", "expected keep, drop or mask");
        assertProblem("mask_identifiers_mapper: {min_confidence: 2}", "expected 0 to 1");
        assertProblem("pseudonymize_identifiers_mapper:", "key or key_file");
        assertProblem("pseudonymize_identifiers_mapper: {key: short}", "at least 8");
        assertProblem("pseudonymize_identifiers_mapper: {key_file: /nowhere/key}", "no key file");
    }

    private static void assertProblem(String operator, String expected) {
        RecipeException refused = assertThrows(RecipeException.class,
                () -> Reference.pipeline("project_name: t\nprocess:\n  - " + operator + "\n"));
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }
}
