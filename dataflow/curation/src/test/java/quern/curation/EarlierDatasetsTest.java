package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.Sample;

class EarlierDatasetsTest {

    private static final String OLD = "the old pump stands in the rain all day long";
    private static final String NEW = "a new valve was fitted under the roof in spring";

    @TempDir
    Path directory;

    @Test
    void shouldDropWhatAnEarlierDatasetHas() throws IOException {
        Path earlier = earlier(OLD + "\nanother line", "short");
        for (String step : List.of("document_deduplicator: {against: %s}",
                "document_minhash_deduplicator: {against: [%s], window_size: 2}",
                "document_simhash_deduplicator: {against: %s, window_size: 2}", "line_deduplicator: {against: %s}")) {
            Path run = directory.resolve("run-" + step.hashCode());
            List<String> kept = run(step.formatted(earlier), run, OLD + "\nanother line", NEW, NEW + "\nanother line");
            assertEquals(NEW, kept.getFirst(), step);
            assertFalse(kept.contains(OLD + "\nanother line"), step);
            List<RejectLog.Entry> dropped = new ArrayList<>();
            RejectLog.read(run, dropped::add);
            assertEquals("document-0@0-" + (OLD.length() + 13), dropped.getFirst().standsFor(), step);
            assertEquals("document-10@0-" + (OLD.length() + 13), dropped.getFirst().sampleId(), step);
        }
    }

    @Test
    void shouldKeepOneIndexForEachWayOfSigningWithTheDataset() throws IOException {
        Path earlier = earlier(OLD);
        run("document_deduplicator: {against: " + earlier + "}", directory.resolve("a"), OLD);
        Path index = earlier.resolve("signatures");
        List<Path> made = files(index);
        assertEquals(2, made.size());
        Object stamp = Files.getLastModifiedTime(made.getFirst());
        run("document_deduplicator: {against: " + earlier + "}", directory.resolve("b"), OLD);
        assertEquals(made, files(index));
        assertEquals(stamp, Files.getLastModifiedTime(made.getFirst()));
        run("document_deduplicator: {lowercase: true, against: " + earlier + "}", directory.resolve("c"), OLD);
        assertEquals(4, files(index).size());
    }

    @Test
    void shouldGoOnAfterAKillAndCompareWithSeveralDatasets() throws IOException {
        Path one = earlier(OLD);
        Path two = Files.move(one, directory.resolve("one"));
        one = earlier(NEW);
        String recipe = "process:\n  - document_minhash_deduplicator: {window_size: 2, against: [" + one + ", " + two
                + "]}\n  - document_deduplicator: {against: [" + two + ", " + one + "]}\n";
        List<Sample> samples = samples(OLD, "something quite different is kept", NEW, "something quite different");
        for (int steps = 0; steps < 8; steps++) {
            Path target = directory.resolve("killed-" + steps);
            PipelineRun killed = PipelineRun.open(Reference.pipeline(recipe), new ListSource(samples), target,
                    Reference.CONFIG, List.of());
            boolean more = true;
            for (int i = 0; i < steps && more; i++) {
                more = killed.step(1);
            }
            List<JsonNode> lines = Reference.run(Reference.pipeline(recipe), samples, target);
            assertEquals(2, lines.size());
            killed.close();
        }
    }

    @Test
    void shouldRefuseADatasetThatIsNotThere() {
        RunException e = assertThrows(RunException.class, () -> run("document_deduplicator: {against: nowhere}",
                directory.resolve("a"), OLD));
        assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
    }

    private Path earlier(String... texts) throws IOException {
        Path target = directory.resolve("earlier");
        run("text_length_filter: {min_len: 1}", target, 0, texts);
        return target;
    }

    private List<String> run(String step, Path target, String... texts) throws IOException {
        return run(step, target, 10, texts);
    }

    private static List<String> run(String step, Path target, int from, String... texts) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            samples.add(Reference.sample(from + i, texts[i]));
        }
        List<String> kept = new ArrayList<>();
        Reference.run(Reference.pipeline("process:\n  - " + step + "\n"), samples, target)
                .forEach(line -> kept.add(line.path("text").asText()));
        return kept;
    }

    private static List<Sample> samples(String... texts) {
        List<Sample> samples = new ArrayList<>();
        for (String text : texts) {
            samples.add(Reference.sample(20 + samples.size(), text));
        }
        return samples;
    }

    private static List<Path> files(Path index) throws IOException {
        try (Stream<Path> files = Files.list(index)) {
            return files.sorted().toList();
        }
    }
}
