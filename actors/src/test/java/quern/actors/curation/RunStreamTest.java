package quern.actors.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.config.QuernException;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.SampleSource;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/** A stream over several threads gives what one thread gives, stops when it is told, and says what failed. */
class RunStreamTest {

    private static final CurationConfig CONFIG = new CurationConfig(100, 0, DataSize.parse("64KiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), DataSize.parse("64MiB"), 2,
            java.time.Duration.ofMinutes(1), 64);
    private static final String RECIPE = """
            process:
              - whitespace_normalization_mapper:
              - text_length_filter: {min_len: 40}
              - document_deduplicator:
              - words_num_filter: {min_num: 8}
              - document_simhash_deduplicator:
              - character_repetition_filter: {max_ratio: 0.9}
            """;
    private static final int SAMPLES = 3000;

    @TempDir
    private Path directory;
    private ActorTestKit kit;

    @BeforeEach
    void start() {
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private static Pipeline pipeline(String recipe) {
        return new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, CONFIG));
    }

    private RunStream open(String recipe, String name, int threads) {
        PipelineRun run = PipelineRun.open(pipeline(recipe), new Texts(), directory.resolve(name), CONFIG, List.of());
        return new RunStream(run, kit.system(), threads);
    }

    private void serial(String recipe, String name) {
        try (PipelineRun run = PipelineRun.open(pipeline(recipe), new Texts(), directory.resolve(name), CONFIG,
                List.of())) {
            while (run.step(50)) {
                continue;
            }
        }
    }

    @Test
    void shouldGiveTheSameBytesWhenSeveralThreadsWork() throws IOException {
        serial(RECIPE, "one");
        try (RunStream stream = open(RECIPE, "many", 7)) {
            while (stream.step(1)) {
                continue;
            }
            assertTrue(stream.run().progress().finished());
            assertEquals(SAMPLES, stream.run().report().in());
        }
        assertSameFiles(directory.resolve("one"), directory.resolve("many"));
    }

    @Test
    void shouldGoOnFromItsCheckpointWhenItWasClosedInTheMiddle() throws IOException {
        serial(RECIPE, "one");
        int closings = 0;
        for (boolean more = true; more; closings++) {
            try (RunStream stream = open(RECIPE, "closed", 3)) {
                long from = stream.run().progress().in();
                while (more && (closings > 4 || stream.run().progress().in() < from + 700)) {
                    more = stream.step(1);
                }
            }
        }
        assertTrue(closings > 2, "it was never closed in the middle");
        assertSameFiles(directory.resolve("one"), directory.resolve("closed"));
    }

    @Test
    void shouldDecideAgainWhenItWasClosedWhileItDecided() throws IOException {
        serial(RECIPE, "one");
        for (int i = 0; i < 3; i++) {
            try (RunStream stream = open(RECIPE, "given up", 3)) {
                while (stream.run().progress().deciding().isEmpty()) {
                    assertTrue(stream.step(1));
                }
                assertTrue(stream.run().progress().deciding().contains("document_simhash_deduplicator"));
                assertTrue(stream.step(0));
            }
        }
        try (RunStream stream = open(RECIPE, "given up", 3)) {
            while (stream.step(1)) {
                continue;
            }
        }
        assertSameFiles(directory.resolve("one"), directory.resolve("given up"));
    }

    @Test
    void shouldSayWhatFailedWhenAnOperatorFailsAndErrorsAreNotSkipped() {
        String strict = "skip_op_error: false\nprocess:\n"
                + "  - specified_field_filter: {field_key: no, target_value: x}\n";
        try (RunStream stream = open(strict, "strict", 2)) {
            QuernException e = assertThrows(QuernException.class, () -> {
                while (stream.step(10)) {
                    continue;
                }
            });
            assertTrue(e.getMessage().contains("specified_field_filter"), e.getMessage());
        }
    }

    private static void assertSameFiles(Path expected, Path found) throws IOException {
        assertEquals(names(expected), names(found));
        for (String name : names(expected)) {
            if (!name.startsWith("report.")) {
                assertArrayEquals(Files.readAllBytes(expected.resolve(name)), Files.readAllBytes(found.resolve(name)),
                        name);
            }
        }
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Texts of which some are short, some equal, some similar. */
    private static final class Texts implements SampleSource {

        private int next;

        @Override
        public void seek(String position) {
            next = Integer.parseInt(position);
        }

        @Override
        public Item next() {
            if (next == SAMPLES) {
                return null;
            }
            var random = new Random(next % 7 == 0 ? 5 : next);
            StringBuilder text = new StringBuilder();
            for (int words = random.nextInt(60); words >= 0; words--) {
                text.append("  ").append(Integer.toString(random.nextInt(5000), 36));
            }
            ObjectNode fields = JsonNodeFactory.instance.objectNode().put("text", text.toString());
            return new Read(new Sample(fields, "document-" + next++, 0, text.length(), 0));
        }

        @Override
        public String position() {
            return Integer.toString(next);
        }

        @Override
        public void close() {}
    }
}
