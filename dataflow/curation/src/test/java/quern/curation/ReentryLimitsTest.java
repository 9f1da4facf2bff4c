package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.erase.DatasetRewrite;
import quern.curation.erase.Erasure;
import quern.curation.erase.Origin;
import quern.curation.erase.Progress;
import quern.curation.erase.Rewritten;
import quern.ingest.Sample;

/** What comes back where there is more than one deduplicator, and what cannot. */
class ReentryLimitsTest {

    private static final String SAME = "a lamp burns in the window of the old house all night long";
    private static final String EXACT = "process:\n  - document_deduplicator:\n";
    private static final String TWO = "process:\n  - document_deduplicator:\n"
            + "  - remove_specific_chars_mapper: {chars_to_remove: '#'}\n  - document_deduplicator:\n";

    @TempDir
    Path directory;

    @Test
    void shouldCompareWhatComesBackWithAllThatStaysWhenThereAreTwoDeduplicators() throws IOException {
        List<Sample> corpus = List.of(sample("stays", SAME), sample("gone", "x" + SAME + "#"),
                sample("back", "x" + SAME + "#"), sample("other", SAME + " and on"),
                sample("gone", SAME + "#" + " more"), sample("twin", SAME + "#" + " more"),
                sample("later", "of its own"));
        Rewritten one = rewrite(TWO, corpus, "gone", "a");
        assertEquals(2, one.tombstone().reentered());
        assertEquals(List.of("stays", "other", "later", "back", "twin"), documents("a"));

        List<Sample> chained = List.of(sample("first", SAME), sample("gone", SAME + " too"), sample("gone", SAME + "#"),
                sample("back", SAME + "#"), sample("mid", SAME + "  too"));
        Rewritten two = rewrite(TWO, chained, "gone", "b");
        assertEquals(0, two.tombstone().reentered(), "it is what 'first' is");
        assertEquals(0, two.tombstone().notReentered());
        assertEquals(List.of("first", "mid"), documents("b"));
        List<RejectLog.Entry> dropped = new ArrayList<>();
        RejectLog.read(directory.resolve("b"), dropped::add);
        assertEquals(1, dropped.size());
        assertTrue(dropped.getFirst().sampleId().startsWith("back@"), dropped::toString);
        assertTrue(dropped.getFirst().standsFor().startsWith("first@"), dropped.getFirst().standsFor());
    }

    @Test
    void shouldCompareWithASampleThatStaysAlthoughNothingElseTouchesIt() throws IOException {
        // The erased sample is no duplicate of 'kept' for the second deduplicator, the one that comes back is.
        String recipe = "process:\n  - document_minhash_deduplicator: {window_size: 1, num_permutations: 32, "
                + "jaccard_threshold: 0.4}\n  - remove_specific_chars_mapper: {chars_to_remove: '#'}\n"
                + "  - document_deduplicator:\n";
        List<Sample> corpus = List.of(sample("kept", "one# two# three# four# five# six# seven# eight#"),
                sample("gone", "one two three four five six seven nine"),
                sample("back", "one two three four five six seven eight"));
        Rewritten rewritten = rewrite(recipe, corpus, "gone", "a");
        assertEquals(List.of("kept"), documents("a"));
        assertEquals(0, rewritten.tombstone().reentered());
        String log = Files.readString(directory.resolve("a").resolve(DuplicateLog.FILE));
        assertTrue(log.contains("\"sample\":\"back@") && log.contains("\"duplicate_of\":\"kept@"), log);
    }

    @Test
    void shouldSayWhatCannotComeBack() throws IOException {
        List<Sample> corpus = List.of(sample("gone", SAME), sample("back", SAME), sample("unreadable", SAME + " ."),
                sample("other", "something else that is long enough"));
        String near = "process:\n  - document_minhash_deduplicator: {window_size: 1, jaccard_threshold: 0.5}\n";
        Path old = DatasetRewriteTest.run(near, corpus, directory.resolve("old-near"));
        Origin.Known known = ReentryTest.known(near, List.of(corpus.get(1), corpus.get(3)));
        Rewritten some = DatasetRewrite.rewrite(old, directory.resolve("a"), new Erasure("e", Set.of("gone")), known,
                Progress.NONE);
        DatasetRewriteTest.assertSound(directory.resolve("a"));
        assertEquals(1, some.tombstone().reentered());
        assertEquals(1, some.tombstone().notReentered(), "the document that gives nothing any more");
        assertEquals(List.of("other", "back"), documents("a"));
        assertFalse(Files.readString(directory.resolve("a").resolve(RejectLog.FILE)).contains("gone@"));

        refused(EXACT + "  - naive_grouper:\n", corpus, "naive_grouper joins samples");
        refused(EXACT + "  - line_deduplicator:\n", corpus, "line_deduplicator cuts out");
        Rewritten selected = rewrite(EXACT + "  - random_selector: {select_num: 100}\n", corpus, "gone", "s");
        assertEquals(1, selected.tombstone().reentered());
        assertTrue(selected.tombstone().notes().toString().contains("did not go through random_selector"));
        Rewritten unknown = DatasetRewrite.rewrite(DatasetRewriteTest.run(EXACT, corpus, directory.resolve("old-u")),
                directory.resolve("u"), new Erasure("e", Set.of("gone")),
                new Origin.Unknown("text", "the job is not known"), Progress.NONE);
        assertEquals(List.of("no duplicates come back: the job is not known"), unknown.tombstone().notes());
        assertEquals(1, unknown.tombstone().notReentered());
        DatasetRewriteTest.assertSound(directory.resolve("u"));
    }

    @Test
    void shouldBringBackWhatOnlyAnEarlierDatasetHad() throws IOException {
        List<Sample> first = List.of(sample("gone", SAME), sample("other", SAME + " and more than that"));
        Path earlier = DatasetRewriteTest.run(EXACT, first, directory.resolve("earlier"));
        String recipe = "process:\n  - document_deduplicator: {against: dataset}\n";
        List<Sample> second = List.of(sample("back", SAME), sample("gone", SAME), sample("new", "it is long enough"));
        Path old = directory.resolve("old");
        run(recipe, second, old, earlier);
        assertEquals(1, DatasetManifest.read(old).kept());
        Erasure erasure = new Erasure("e", Set.of("gone"));
        Rewritten stale = DatasetRewrite.rewrite(old, directory.resolve("stale"), erasure,
                known(recipe, second, earlier), Progress.NONE);
        assertTrue(stale.tombstone().notes().toString().contains("has samples of what is erased"));
        assertEquals(1, stale.tombstone().notReentered());
        Path rewritten = directory.resolve("earlier-2");
        DatasetRewrite.rewrite(earlier, rewritten, erasure, ReentryTest.known(EXACT, first), Progress.NONE);
        Rewritten now = DatasetRewrite.rewrite(old, directory.resolve("now"), erasure,
                known(recipe, second, rewritten), Progress.NONE);
        assertEquals(1, now.tombstone().reentered());
        assertEquals(List.of("new", "back"), documents("now"));
        DatasetRewriteTest.assertSound(directory.resolve("now"));
    }

    @Test
    void shouldGiveTheSameBytesWhenItFailsWhileSamplesAreMadeAgain() throws IOException {
        List<Sample> corpus = List.of(sample("gone", SAME), sample("a", SAME), sample("b", SAME),
                sample("c", "#" + SAME), sample("d", SAME + "#"));
        Path old = DatasetRewriteTest.run(TWO, corpus, directory.resolve("old"));
        Erasure erasure = new Erasure("e", Set.of("gone"));
        Path whole = directory.resolve("whole");
        int[] told = new int[1];
        DatasetRewrite.rewrite(old, whole, erasure, ReentryTest.known(TWO, corpus), _ -> told[0]++);
        assertTrue(told[0] > 4, "told " + told[0] + " times");
        for (int at = 1; at <= told[0]; at++) {
            Path to = directory.resolve("failed-" + at);
            int failsAt = at;
            int[] calls = new int[1];
            assertThrows(UncheckedIOException.class, () -> DatasetRewrite.rewrite(old, to, erasure,
                    ReentryTest.known(TWO, corpus), _ -> {
                        if (++calls[0] == failsAt) {
                            throw new UncheckedIOException(new IOException("No space left on device"));
                        }
                    }));
            DatasetRewrite.rewrite(old, to, erasure, ReentryTest.known(TWO, corpus), Progress.NONE);
            DatasetRewriteTest.assertSameFiles(whole, to);
        }
    }

    private void refused(String recipe, List<Sample> corpus, String reason) throws IOException {
        String name = "refused-" + reason.hashCode();
        Rewritten rewritten = rewrite(recipe, corpus, "gone", name);
        assertEquals(0, rewritten.tombstone().reentered());
        assertEquals(1, rewritten.tombstone().notReentered());
        assertTrue(rewritten.tombstone().notes().toString().contains(reason), rewritten.tombstone()::toString);
    }

    private Rewritten rewrite(String recipe, List<Sample> corpus, String erased, String name) throws IOException {
        Path old = DatasetRewriteTest.run(recipe, corpus, directory.resolve("old-" + name));
        Rewritten rewritten = DatasetRewrite.rewrite(old, directory.resolve(name), new Erasure("e", Set.of(erased)),
                ReentryTest.known(recipe, corpus), Progress.NONE);
        DatasetRewriteTest.assertSound(directory.resolve(name));
        return rewritten;
    }

    private static Origin.Known known(String recipe, List<Sample> corpus, Path earlier) {
        return new Origin.Known(Reference.pipeline(recipe), DatasetRewriteTest.SMALL,
                _ -> DatasetLookup.Earlier.of(earlier), ReentryTest.known(recipe, corpus).documents());
    }

    private static void run(String recipe, List<Sample> corpus, Path target, Path earlier) {
        try (PipelineRun run = PipelineRun.open(Reference.pipeline(recipe), new ListSource(corpus), target,
                DatasetRewriteTest.SMALL, List.of(), RunManner.DATASET.comparing(
                        _ -> DatasetLookup.Earlier.of(earlier)))) {
            while (run.step(7)) {
                continue;
            }
        }
    }

    private List<String> documents(String name) throws IOException {
        List<String> documents = new ArrayList<>();
        for (String line : DatasetRewriteTest.lines(directory.resolve(name))) {
            JsonNode node = Json.MAPPER.readTree(line);
            documents.add(node.at("/__quern__/document").asText());
        }
        return documents;
    }

    private static Sample sample(String document, String text) {
        return DatasetRewriteTest.sample(document, text.hashCode() & 0xffff, text);
    }
}
