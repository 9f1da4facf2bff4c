package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.curation.FileRun;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.library.BuiltInOperators;
import quern.ingest.reader.ReadLimits;

/** A run's report as headless Chromium shows it, against the figures of the same run's JSON. */
class ReportPageTest {

    private static final int SAMPLES = 400;
    private static final long LIMIT_S = 60;

    @TempDir
    private Path directory;
    private Path out;

    @BeforeEach
    void run() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            ObjectNode row = ServerProcess.JSON.createObjectNode();
            rows.add(row.put("text", i % 9 == 0 ? "<script>document.title='broken in'</script><b>the same</b> again"
                    : "text " + "of words ".repeat(i % 30) + i).toString());
        }
        Files.write(directory.resolve("in.jsonl"), rows);
        out = directory.resolve("out");
        String recipe = """
                project_name: <b>browser</b> test
                dataset_path: %s
                export_path: %s
                process:
                  - text_length_filter: {min_len: 30, max_len: 200}
                  - alphanumeric_filter: {min_ratio: 0.5}
                  - words_num_filter: {min_num: 4}
                  - document_deduplicator:
                """.formatted(directory.resolve("in.jsonl"), out.resolve("result.jsonl"));
        var sources = ConfigSources.none().with("data", directory.resolve("data").toString());
        var config = ConfigLoader.load(sources).config();
        FileRun files = FileRun.of(new RecipeCompiler(new BuiltInOperators())
                .compile(Recipe.parse(recipe, config.curation())), directory);
        try (PipelineRun run = files.open(config.curation(), ReadLimits.of(config.ingest()))) {
            while (run.step(100)) {
                continue;
            }
            files.finish(run);
        }
    }

    private static Path chromium() {
        for (String place : System.getenv().getOrDefault("PATH", "").split(":")) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                if (Files.isExecutable(Path.of(place, name))) {
                    return Path.of(place, name);
                }
            }
        }
        return Assumptions.abort("chromium is not installed");
    }

    private String browse(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(chromium().toString(), "--headless", "--no-sandbox",
                "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                "--user-data-dir=" + directory.resolve("profile")));
        command.addAll(List.of(options));
        command.add(out.resolve("report.html").toUri().toString());
        Path printed = directory.resolve("dom.html");
        Process process = new ProcessBuilder(command).redirectOutput(printed.toFile())
                .redirectError(directory.resolve("chromium.txt").toFile()).start();
        boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertTrue(ended && process.exitValue() == 0, () -> "chromium: " + process.exitValue());
        return Files.readString(printed, StandardCharsets.UTF_8);
    }

    /** The first number behind a place of the page. */
    private static long number(String dom, String behind) {
        int at = dom.indexOf(behind);
        assertTrue(at >= 0, () -> "the page has no " + behind);
        Matcher digits = Pattern.compile(">([0-9][0-9\\u202f]*)").matcher(dom);
        assertTrue(digits.find(at), behind);
        return Long.parseLong(digits.group(1).replace("\u202f", ""));
    }

    private static String card(String dom, String operator) {
        int at = dom.indexOf("<section class=\"card\" data-operator=\"" + operator + "\"");
        assertTrue(at >= 0, () -> "no card of " + operator);
        return dom.substring(at, dom.indexOf("</section>", at));
    }

    @Test
    void shouldShowTheFiguresOfTheReportWhenOpenedInChromium() throws Exception {
        JsonNode report = ServerProcess.JSON.readTree(out.resolve("report.json").toFile());
        String dom = browse("--dump-dom");
        assertTrue(dom.contains("<title>&lt;b&gt;browser&lt;/b&gt; test \u2013 curation report</title>"), dom);
        assertEquals(SAMPLES, number(dom, "id=\"read\""));
        assertEquals(report.path("kept").asLong(), number(dom, "id=\"kept\""));
        assertEquals(report.path("dropped_samples").asLong(), number(dom, "id=\"dropped\""));
        assertEquals(report.at("/duplicates/samples").asLong(), number(dom, "id=\"duplicate-samples\""));
        assertTrue(report.at("/duplicates/samples").asLong() > 20);
        for (JsonNode line : report.path("operators")) {
            String operator = line.path("operator").asText();
            String row = dom.substring(dom.indexOf("<tr data-operator=\"" + operator + "\""));
            assertEquals(line.path("in").asLong(), number(row, "class=\"n in\""), operator);
            long dropped = 0;
            for (JsonNode count : line.path("dropped")) {
                dropped += count.asLong();
            }
            assertEquals(dropped, number(row, "class=\"n drops\""), operator);
            JsonNode measured = line.path("measured");
            if (!measured.isMissingNode()) {
                String card = card(dom, operator);
                assertEquals(measured.path("kept").asLong(), number(card, "<b class=\"kept\""), operator);
                assertEquals(measured.path("dropped").asLong(), number(card, "<b class=\"dropped\""), operator);
                assertEquals(measured.path("examples").size(), count(card, "class=\"quote "), operator);
            }
        }
        assertEquals(2, count(card(dom, "text_length_filter"), "<line class=\"bound\""));
        assertTrue(dom.contains("&lt;script&gt;document.title"), "texts are shown as text");
        assertFalse(dom.contains("<script") || dom.contains("<title>broken in"), "a script of a sample is in it");
    }

    @Test
    void shouldBeDrawnAtTheWidthsOfADeskAndAPhone() throws Exception {
        for (int width : new int[] {1280, 400}) {
            Path picture = directory.resolve(width + ".png");
            browse("--window-size=" + width + ",3000", "--screenshot=" + picture);
            assertTrue(Files.size(picture) > 30_000, "a picture of " + Files.size(picture) + " bytes");
        }
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }
}
