package quern.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.generation.PairsRecipe;
import quern.ingest.Sample;

/** What {@code quern data generate} runs, with a model that answers from a script. */
class PairsRecipeTest {

    private static final int PASSAGES = 30;
    private static final int CHECKPOINT_SAMPLES = 3;
    private static final Pattern NUMBER = Pattern.compile("House (\\d+)");

    @TempDir
    private Path directory;

    private static List<Sample> passages() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < PASSAGES; i++) {
            String text = "House " + i + " was built by Anna Keller in the year " + (1800 + i) + ".\nIt has "
                    + (i + 2) + " rooms.";
            samples.add(new Sample(Json.object().put("text", text), "document-" + i, 0, text.length(), 0));
        }
        return samples;
    }

    /** By its number modulo 5: three good pairs; one with false evidence; none with evidence; a repeated one; prose. */
    private static String script(TextGenerator.Request request) {
        Matcher matcher = NUMBER.matcher(request.messages().getLast().content());
        assertTrue(matcher.find());
        int house = Integer.parseInt(matcher.group(1));
        ArrayNode pairs = Json.object().putArray("pairs");
        String built = "built by Anna Keller in the year " + (1800 + house);
        pair(pairs, built, "Who built house " + house + "?", "Anna Keller.");
        switch (house % 5) {
            case 0 -> {
                // White space is not what evidence is about.
                pair(pairs, "It  has " + (house + 2) + " rooms", "How many rooms are in house " + house + "?", "Some.");
                pair(pairs, built, "When was house " + house + " built?", Integer.toString(1800 + house));
            }
            case 1 -> pair(pairs, "built by Bert", "Did Bert build house " + house + "?", "Yes.");
            case 2 -> pair(pairs, " ", "Is house " + house + " old?", "Yes.");
            case 3 -> pair(pairs, built, "Who built house " + house + "?", "She did.");
            default -> {
                return "I would rather not say.";
            }
        }
        return Json.object().set("pairs", pairs).toString();
    }

    private static void pair(ArrayNode pairs, String evidence, String question, String answer) {
        pairs.addObject().put("evidence", evidence).put("question", question).put("answer", answer);
    }

    private static PipelineRun open(TextGenerator model, PairsRecipe recipe, Path directory) {
        return PipelineRun.open(Asked.pipeline(model, recipe.text()), new ListSource(passages()), directory,
                Reference.config(CHECKPOINT_SAMPLES, "64MiB"), List.of());
    }

    private static RunReport finish(PipelineRun run) {
        while (run.step(1)) {
            continue;
        }
        return run.report();
    }

    private static RunReport.Line asking(RunReport report) {
        return report.operators().stream()
                .filter(line -> line.operator().equals("generate_qa_from_text_mapper")).findFirst().orElseThrow();
    }

    @Test
    void shouldKeepPairsWhoseEvidenceStandsInThePassageAndCountTheOthersByReason() throws IOException {
        var model = ScriptedGenerator.by(PairsRecipeTest::script);
        try (PipelineRun run = open(model, new PairsRecipe(1200, PASSAGES, 1000), directory)) {
            RunReport report = finish(run);
            int fifth = PASSAGES / 5;
            assertEquals(Map.of("pair kept", 6L * fifth, "pair rejected: evidence is not in the text", (long) fifth,
                    "pair rejected: no evidence", (long) fifth, "pair rejected: question asked before", (long) fifth,
                    "answer not used: not JSON", 3L * fifth, "left without an answer", (long) fifth),
                    asking(report).noted());
            List<JsonNode> pairs = Reference.lines(run.manifest(), directory);
            assertEquals(6 * fifth, pairs.size());
            assertTrue(report.addsUp());
            List<Sample> passages = passages();
            for (JsonNode pair : pairs) {
                String text = passages.get(Integer.parseInt(pair.at("/__quern__/document").asText()
                        .substring("document-".length()))).fields().path("text").textValue();
                String evidence = pair.path("evidence").textValue();
                assertTrue(text.contains(evidence), () -> evidence + " in " + text);
                assertEquals(evidence, text.substring(pair.at("/__quern__/from").asInt(),
                        pair.at("/__quern__/to").asInt()), pair::toString);
                assertEquals(pair.path("question"), pair.at("/messages/0/content"));
                assertEquals(pair.path("answer"), pair.at("/messages/1/content"));
            }
        }
    }

    @Test
    void shouldAskAndKeepNoMoreThanWantedWhenThereIsMore() throws IOException {
        var model = ScriptedGenerator.by(PairsRecipeTest::script);
        try (PipelineRun run = open(model, new PairsRecipe(1200, 10, 4), directory)) {
            assertEquals(4, finish(run).kept());
            Set<String> asked = new HashSet<>();
            model.requests().forEach(request -> asked.add(request.messages().getLast().content()));
            assertEquals(10, asked.size());
        }
        try (PipelineRun run = open(ScriptedGenerator.of("prose"), new PairsRecipe(1200, 5, 5),
                directory.resolve("none"))) {
            assertEquals(0, finish(run).kept());
            assertEquals(Map.of("no question and answer made of it", 5L), asking(run.report()).dropped());
        }
    }

    @Test
    void shouldTellHowManyPassagesAreDoneWhenTheModelIsAsked() {
        var model = ScriptedGenerator.by(PairsRecipeTest::script);
        try (PipelineRun run = open(model, new PairsRecipe(1200, 7, 4), directory)) {
            List<Long> done = new ArrayList<>();
            while (run.step(1)) {
                RunProgress progress = run.progress();
                if (progress.stage() == 1 && progress.stageTotal() == 7
                        && (done.isEmpty() || done.getLast() != progress.stageDone())) {
                    done.add(progress.stageDone());
                }
            }
            assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), done);
        }
    }

    /** The child: notes each passage that it is asked about, slowly, until it is killed or has finished. */
    public static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            var model = ScriptedGenerator.by(request -> {
                note(directory.resolve("asked.txt"), request.messages().getLast().content());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[1])));
                return script(request);
            });
            try (PipelineRun run = open(model, new PairsRecipe(1200, PASSAGES, 20), directory.resolve("run"))) {
                finish(run);
            }
        }

        private static void note(Path file, String passage) {
            try {
                Matcher house = NUMBER.matcher(passage);
                Files.writeString(file, (house.find() ? house.group(1) : "?") + "\n", StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Process start(int pauseMs) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
                "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Child.class.getName(), directory.toString(), Integer.toString(pauseMs))
                .redirectErrorStream(true).redirectOutput(directory.resolve("child.log").toFile()).start();
    }

    private List<String> asked() {
        try {
            return Files.readAllLines(directory.resolve("asked.txt"));
        } catch (IOException none) {
            return List.of();
        }
    }

    @Test
    void shouldNotAskAgainForFinishedPassagesAndMakeTheSameBytesWhenItWasKilled() throws Exception {
        Process child = start(40);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (new HashSet<>(asked()).size() < PASSAGES / 2 && child.isAlive() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(2_000_000);
        }
        assertTrue(child.isAlive(), Files.readString(directory.resolve("child.log")));
        child.destroyForcibly().waitFor();
        List<String> before = asked();
        assertFalse(Files.exists(directory.resolve("run").resolve(DatasetManifest.FILE)), "it had finished");
        Process again = start(0);
        assertTrue(again.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, again.exitValue(), Files.readString(directory.resolve("child.log")));

        Set<String> twice = new HashSet<>(before);
        twice.retainAll(asked().subList(before.size(), asked().size()));
        assertTrue(twice.size() <= CHECKPOINT_SAMPLES, "asked again: " + twice + " of " + before);
        assertEquals(PASSAGES, new HashSet<>(asked()).size());
        Path whole = directory.resolve("whole");
        try (PipelineRun run = open(ScriptedGenerator.by(PairsRecipeTest::script),
                new PairsRecipe(1200, PASSAGES, 20), whole)) {
            DatasetManifest manifest = DatasetManifest.read(directory.resolve("run"));
            assertEquals(20, finish(run).kept());
            assertEquals(run.manifest().id(), manifest.id());
            for (DatasetManifest.Shard shard : manifest.shards()) {
                assertArrayEquals(Files.readAllBytes(whole.resolve(shard.file())),
                        Files.readAllBytes(directory.resolve("run").resolve(shard.file())));
            }
        }
    }
}
