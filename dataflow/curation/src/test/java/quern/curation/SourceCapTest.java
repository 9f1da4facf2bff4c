package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.config.ConfigLoader;
import quern.ingest.Sample;

class SourceCapTest {

    @TempDir
    Path directory;

    private static Sample sample(String document, String text, String url) {
        ObjectNode fields = Json.object().put("text", text);
        fields.putObject("meta").put("url", url);
        return new Sample(fields, document, 0, text.length(), 0);
    }

    /** Runs a recipe of one operator. @return the entries of the reject log */
    private List<RejectLog.Entry> run(String parameters, List<Sample> samples, List<String> kept) throws Exception {
        Path target = directory.resolve("run-" + System.nanoTime());
        try (PipelineRun run = PipelineRun.open(
                Reference.pipeline("process:\n  - source_cap_selector: {" + parameters + "}\n"),
                new ListSource(samples), target, ConfigLoader.defaults(directory).curation(), List.of())) {
            while (run.step(3)) {
                continue;
            }
        }
        try (DatasetSource source = new DatasetSource(target)) {
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                kept.add(((SampleSource.Read) item).sample().fields().path("text").asText());
            }
        }
        assertTrue(RunReport.read(target).addsUp());
        List<RejectLog.Entry> rejects = new ArrayList<>();
        RejectLog.read(target, rejects::add);
        return rejects;
    }

    @Test
    void shouldKeepTheFirstOfEachSourceAndSayWhyTheRestWent() throws Exception {
        List<String> kept = new ArrayList<>();
        List<RejectLog.Entry> rejects = run("max_samples: 2", List.of(sample("a", "a1", ""), sample("a", "a2", ""),
                sample("b", "b1", ""), sample("a", "a3", ""), sample("b", "b2", "")), kept);
        assertEquals(List.of("a1", "a2", "b1", "b2"), kept);
        assertEquals(List.of(new RejectLog.Entry("a@0-2", "a", "source_cap_selector", "source has its samples", 3, 2,
                "", List.of())), rejects);

        kept.clear();
        rejects = run("max_bytes: 5, field_key: meta.url, host_only: true", List.of(
                sample("a", "\u00E4\u00E4", "https://x.example/1"), sample("b", "12", "http://u:p@X.example.:80/2"),
                sample("c", "1", "https://x.example?q=https://y.example/"),
                sample("d", "12", "https://y.example")), kept);
        assertEquals(List.of("\u00E4\u00E4", "1", "12"), kept, "what fits is kept behind what does not");
        assertEquals(6, rejects.getFirst().stat());
        assertEquals("source has its bytes", rejects.getFirst().reason());
    }

    @Test
    void shouldKeepNoSourceAboveItsShareOfTheDataset() throws Exception {
        long seed = 20261122;
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            String source = random.nextInt(3) == 0 ? "flood" : "s" + random.nextInt(40);
            samples.add(sample(source, source, ""));
        }
        List<String> kept = new ArrayList<>();
        List<RejectLog.Entry> rejects = run("max_share: 0.05, share_from: 10", samples, kept);
        Map<String, Integer> counts = new TreeMap<>();
        kept.forEach(source -> counts.merge(source, 1, Integer::sum));
        assertTrue(counts.get("flood") <= 0.05 * kept.size(), () -> "seed " + seed + ": " + counts);
        assertTrue(counts.get("flood") > 0.045 * kept.size(), () -> "seed " + seed + ": " + counts);
        assertTrue(rejects.stream().allMatch(entry -> entry.documentId().equals("flood")), "seed " + seed);
        assertTrue(rejects.stream().allMatch(entry -> entry.stat() > 0.05 && entry.threshold() == 0.05));
    }

    @Test
    void shouldNeverCountASourceTooLowWhenThereAreMoreThanMemoryHolds() {
        SourceCounts counts = new SourceCounts(1 << 12);
        Map<String, Long> exact = new HashMap<>();
        Random random = new Random(3);
        int own = 0;
        for (int i = 0; i < 50_000; i++) {
            String source = "s" + random.nextInt(5_000);
            SourceCounts.Key key = SourceCounts.Key.of(source);
            counts.add(key, 2);
            long expected = exact.merge(source, 1L, Long::sum);
            assertTrue(counts.samples(key) >= expected && counts.bytes(key) >= 2 * expected, source);
            if (counts.isExact(key)) {
                own++;
                assertEquals(expected, counts.samples(key));
            }
        }
        assertEquals(50_000, counts.total());
        assertTrue(own > 0 && own < 50_000, own + " counted by themselves");
        assertFalse(counts.isExact(SourceCounts.Key.of("one more")));
    }

    @ParameterizedTest
    @CsvSource({"https://user:pw@WWW.example.org:80/a/b?c@d, www.example.org", "Ann <ann@Mail.example.org>, "
            + "mail.example.org", "http://[2001:db8::1]:8080/x, [2001:db8::1]", "example.org., example.org",
        "example.org/x, example.org", "'', ''", "http:///x, ''"})
    void shouldNameTheHostOfAnAddress(String address, String host) {
        assertEquals(host, SourceCap.host(address));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"share_from: 3 | no limit, expected max_samples",
        "max_samples: -1 | max_samples is -1", "max_share: 1.5 | max_share 1.5",
        "max_samples: 1, by: fild | by is 'fild', expected document, sender, labels or field",
        "max_samples: 1, by: field | expected a field_key",
        "max_samples: 1, by: sender, field_key: x | expected a field_key with by: field",
        "max_samples: 1, host_only: true | expected a field_key that holds addresses"})
    void shouldSayWhatIsWrongWithItsParameters(String parameters, String message) {
        RecipeException refused = assertThrows(RecipeException.class,
                () -> Reference.pipeline("process:\n  - source_cap_selector: {" + parameters + "}\n"));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
