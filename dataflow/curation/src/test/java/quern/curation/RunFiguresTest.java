package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.report.ReportPage;
import quern.ingest.Sample;

/** The figures of a run: what they count, that they do not depend on batches or kills, and that they quote safely. */
class RunFiguresTest {

    private static final CurationConfig SMALL = new CurationConfig(13, 0, DataSize.parse("4KiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
    private static final String RECIPE = """
            project_name: figures <b>of</b> a run
            np: 4
            process:
              - whitespace_normalization_mapper:
              - text_length_filter: {min_len: 20, max_len: 120}
              - document_deduplicator:
              - alphanumeric_filter: {min_ratio: 0.6}
              - words_num_filter: {min_num: 3, max_num: 1e9}
            """;

    @TempDir
    Path directory;

    private static List<Sample> samples() {
        Random random = new Random(5);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n >= 0; n--) {
                text.append(random.nextInt(4) == 0 ? "-- " : "word" + random.nextInt(9) + " ");
            }
            samples.add(Reference.sample(i, i % 7 == 6 ? "the same text as some others have" : text.toString()));
        }
        return samples;
    }

    private JsonNode run(String recipe, List<Sample> samples, int step) {
        Path target = directory.resolve("run-" + step + "-" + recipe.hashCode() + "-" + samples.hashCode());
        try (PipelineRun run = PipelineRun.open(Reference.pipeline(recipe), new ListSource(samples), target, SMALL,
                List.of())) {
            while (run.step(step)) {
                continue;
            }
        }
        return RunReport.figures(target);
    }

    private static ObjectNode withoutTimes(JsonNode report) {
        ObjectNode copy = report.deepCopy();
        copy.remove(List.of("seconds", "megabytesPerSecond"));
        copy.path("operators").forEach(line -> ((ObjectNode) line).remove("nanos"));
        return copy;
    }

    private static JsonNode measured(JsonNode report, String operator) {
        for (JsonNode line : report.path("operators")) {
            if (line.path("operator").asText().equals(operator)) {
                return line.path("measured");
            }
        }
        throw new AssertionError("no operator " + operator);
    }

    private static long sum(JsonNode counts) {
        long sum = 0;
        for (JsonNode count : counts) {
            sum += count.asLong();
        }
        return sum;
    }

    @Test
    void shouldCountEverySampleOnceWhenFiltersMeasure() {
        JsonNode report = run(RECIPE, samples(), 50);
        assertEquals(300, report.path("read").asLong());
        JsonNode lengths = measured(report, "text_length_filter");
        long tooShort = samples().stream().mapToLong(s -> s.fields().path("text").asText().strip().length())
                .filter(n -> n < 20).count();
        long tooLong = samples().stream().mapToLong(s -> s.fields().path("text").asText().strip().length())
                .filter(n -> n > 120).count();
        assertTrue(tooShort > 10 && tooLong > 10);
        assertEquals(tooShort + tooLong, lengths.path("dropped").asLong());
        assertEquals(300 - tooShort - tooLong, lengths.path("kept").asLong());
        assertEquals(lengths.path("kept").asLong(), sum(lengths.path("histogram").path("kept")));
        assertEquals(lengths.path("dropped").asLong(), sum(lengths.path("histogram").path("dropped")));
        assertEquals(report.path("kept").asLong(), report.path("lengths").path("kept").path("measured").asLong());
        assertEquals(tooShort, report.path("dropped").path("text_length_filter").path("text_len too low").asLong());
        double rate = report.path("bytes").asDouble() / 1e6 / report.path("seconds").asDouble();
        assertEquals(rate, report.path("megabytesPerSecond").asDouble(), rate * 1e-9);
    }

    @Test
    void shouldQuoteTheNearestOfBothSidesWhenThereIsAThreshold() {
        JsonNode examples = measured(run(RECIPE, samples(), 50), "text_length_filter").path("examples");
        List<Double> values = new ArrayList<>();
        for (JsonNode example : examples) {
            if (example.path("threshold").asDouble() == 20) {
                values.add(example.path("kept").asBoolean() ? example.path("value").asDouble()
                        : -example.path("value").asDouble());
            }
        }
        List<Double> lengths = samples().stream()
                .map(s -> (double) s.fields().path("text").asText().strip().length()).toList();
        List<Double> expected = new ArrayList<>(lengths.stream().filter(n -> n < 20)
                .sorted((a, b) -> Double.compare(b, a)).limit(5).map(n -> -n).toList());
        expected.addAll(lengths.stream().filter(n -> n >= 20 && n <= 120).sorted().limit(5).toList());
        assertEquals(expected, values);
    }

    @Test
    void shouldTellTheSameWhateverTheBatchesAre() {
        ObjectNode one = withoutTimes(run(RECIPE, samples(), 1));
        for (int step : new int[] {2, 7, 300}) {
            assertEquals(one, withoutTimes(run(RECIPE, samples(), step)), "batches of " + step);
        }
    }

    @Test
    void shouldTellTheSameWhenKilledAndResumed() {
        ObjectNode whole = withoutTimes(run(RECIPE, samples(), 11));
        Path target = directory.resolve("killed");
        Pipeline pipeline = Reference.pipeline(RECIPE);
        Random random = new Random(11);
        int starts = 0;
        boolean more = true;
        while (more) {
            starts++;
            PipelineRun run = PipelineRun.open(pipeline, new ListSource(samples()), target, SMALL, List.of());
            for (int i = starts < 20 ? 3 + random.nextInt(5) : Integer.MAX_VALUE; i > 0 && more; i--) {
                more = run.step(1 + random.nextInt(9));
            }
            run.close();
        }
        assertTrue(starts > 5, "killed only " + starts + " times");
        assertEquals(whole, withoutTimes(RunReport.figures(target)));
    }

    @Test
    void shouldShowTextsAsTextWhenTheyAreHostile() throws IOException {
        String hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"quoted\" 'too' &amp;"
                + "\u0000\u001b[31m\u202egnp.exe\ud800 \ud83d\ude00 end";
        String recipe = "project_name: '</title><script>alert(3)</script>'\nprocess:\n"
                + "  - text_length_filter: {min_len: 500}\n  - '<b>_filter':\n";
        String fine = recipe.replace("  - '<b>_filter':\n", "");
        JsonNode report = run(fine, List.of(Reference.sample(1, hostile), Reference.sample(2, "x".repeat(600))), 5);
        String page = ReportPage.of(report);
        assertFalse(page.contains("<script") || page.contains("<img"), page);
        assertFalse(page.contains("\u0000") || page.contains("\u202e") || page.contains("\u001b"));
        assertTrue(page.contains("&lt;img src=x onerror=alert(2)&gt; &quot;quoted&quot; &#39;too&#39; &amp;amp;"));
        assertTrue(page.contains("\ud83d\ude00 end"));
        assertFalse(page.contains("http://") || page.contains("https://") || page.contains("@import"));
        assertEquals(report, Json.MAPPER.readTree(Json.bytes(report)), "the report can be written");
    }

    @Test
    void shouldCutLongTextsWhenTheyAreQuoted() {
        String text = "\ud83d\ude00".repeat(400);
        JsonNode report = run("process:\n  - text_length_filter: {min_len: 401}\n", List.of(Reference.sample(1, text)),
                1);
        JsonNode example = measured(report, "text_length_filter").path("examples").path(0);
        assertEquals("\ud83d\ude00".repeat(300), example.path("text").asText());
        assertTrue(example.path("cut").asBoolean());
        assertFalse(example.path("kept").asBoolean());
    }

    @Test
    void shouldWriteThePageBesideTheReportWhenARunEnds() throws IOException {
        JsonNode report = run(RECIPE, samples(), 64);
        Path target = directory.resolve("run-64-" + RECIPE.hashCode() + "-" + samples().hashCode());
        assertEquals(ReportPage.of(report), Files.readString(target.resolve("report.html")));
    }

    @Test
    void shouldShowTheLargestClustersWhenThereAreDuplicates() {
        JsonNode report = run(RECIPE, samples(), 50);
        JsonNode duplicates = report.path("duplicates");
        assertEquals(report.path("dropped").path("document_deduplicator").path("duplicate").asLong(),
                duplicates.path("samples").asLong());
        JsonNode largest = duplicates.path("largest").path(0);
        assertEquals(300 / 7 - 1, largest.path("samples").asLong());
        assertEquals("the same text as some others have", largest.path("text").asText());
        assertEquals(5, largest.path("dropped").size());
        assertTrue(ReportPage.of(report).contains("the same text as some others have"));
    }

    /** Takes out names. */
    private record Hiding() implements Mapper {

        @Override
        public String name() {
            return "hiding_mapper";
        }

        @Override
        public boolean hidesText() {
            return true;
        }

        @Override
        public List<Draft> apply(Draft draft) {
            draft.setText("text", draft.text("text").replace("Alice", "<name>"));
            return List.of(draft);
        }
    }

    @Test
    void shouldQuoteNoTextAsItStoodBeforeNamesWereTakenOut() {
        Pipeline plain = Reference.pipeline("process:\n  - text_length_filter: {min_len: 8}\n  - words_num_filter: "
                + "{min_num: 3}\n");
        Pipeline hiding = new Pipeline(plain.recipe(), List.of(plain.operators().getFirst(), new Hiding(),
                plain.operators().getLast()));
        List<Sample> samples = List.of(Reference.sample(1, "Alice"), Reference.sample(2, "Alice went"),
                Reference.sample(3, "Alice went home"));
        Path target = directory.resolve("hiding");
        try (PipelineRun run = PipelineRun.open(hiding, new ListSource(samples), target, SMALL, List.of())) {
            while (run.step(2)) {
                continue;
            }
        }
        JsonNode report = RunReport.figures(target);
        assertFalse(report.toString().contains("Alice"), report::toString);
        assertEquals(3, measured(report, "text_length_filter").path("measured").asLong());
        assertTrue(measured(report, "words_num_filter").path("examples").toString().contains("<name> went"));
    }

    @Test
    void shouldDropNothingWhenItIsAnAnalysis() {
        Path target = directory.resolve("analysis");
        Pipeline pipeline = Reference.pipeline(RECIPE.replace("  - document_deduplicator:\n", ""));
        try (PipelineRun run = PipelineRun.open(pipeline, new ListSource(samples()), target, SMALL, List.of(),
                RunManner.ANALYSIS)) {
            while (run.step(20)) {
                continue;
            }
        }
        JsonNode report = RunReport.figures(target);
        assertEquals(300, report.path("kept").asLong());
        assertEquals(300, measured(report, "alphanumeric_filter").path("measured").asLong());
        assertTrue(measured(report, "text_length_filter").path("dropped").asLong() > 10);
    }
}
