package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.erase.DatasetRewrite;
import quern.curation.erase.Erasure;
import quern.curation.erase.Origin;
import quern.curation.erase.Progress;
import quern.curation.erase.Rewritten;
import quern.ingest.Sample;

class ReentryTest {

    private static final List<String> MAPPERS = List.of("whitespace_normalization_mapper:", "clean_email_mapper:",
            "text_length_filter: {min_len: 12, max_len: 200}", "words_num_filter: {min_num: 2, max_num: 12}",
            "text_chunk_mapper: {max_len: 40, split_pattern: null}",
            "remove_specific_chars_mapper: {chars_to_remove: '#'}");
    private static final List<String> DEDUPLICATORS = List.of("document_deduplicator:",
            "document_deduplicator: {lowercase: true, ignore_non_character: true}",
            "document_minhash_deduplicator: {window_size: 1, num_permutations: 32, jaccard_threshold: 0.5}",
            "document_simhash_deduplicator: {window_size: 2, hamming_distance: 8, num_blocks: 9}");

    @TempDir
    Path directory;

    @Test
    void shouldKeepWhatARunWithoutTheDocumentsKeeps() throws IOException {
        long seed = new Random().nextInt(1_000_000);
        System.out.println("ReentryTest: seed " + seed);
        long reentered = 0;
        for (int i = 0; i < 60; i++) {
            reentered += check(seed + i, i);
        }
        assertTrue(reentered > 20, "only " + reentered + " came back");
    }

    /** Two samples of one document, of which a mapper behind the deduplicator leaves the same place. */
    @Test
    void shouldKeepWhatARunWithoutTheDocumentsKeepsWhenPlacesOverlap() throws IOException {
        check(970_789, 2);
    }

    private long check(long seed, int i) throws IOException {
        Random random = new Random(seed);
        String recipe = recipe(random, DEDUPLICATORS.get(i % DEDUPLICATORS.size()));
        String name = "seed " + seed + ", " + recipe;
        List<Sample> corpus = corpus(random);
        Set<String> erased = some(random);
        Path old = DatasetRewriteTest.run(recipe, corpus, directory.resolve("old-" + i));
        Path to = directory.resolve("new-" + i);
        Rewritten rewritten = DatasetRewrite.rewrite(old, to, new Erasure("e", erased), known(recipe, corpus),
                Progress.NONE);
        Path other = DatasetRewriteTest.run(recipe, without(corpus, erased), directory.resolve("other-" + i));
        assertEquals(sorted(DatasetRewriteTest.lines(other)), sorted(DatasetRewriteTest.lines(to)), name);
        assertEquals(0, rewritten.tombstone().notReentered(), name);
        assertEquals(List.of(), rewritten.tombstone().notes(), name);
        DatasetRewriteTest.assertSound(to);
        assertEquals(dropped(other), dropped(to), name);
        if (i % 10 == 0) {
            Path again = directory.resolve("again-" + i);
            DatasetRewrite.rewrite(old, again, new Erasure("e", erased), known(recipe, corpus), Progress.NONE);
            DatasetRewriteTest.assertSameFiles(to, again);
        }
        return rewritten.tombstone().reentered();
    }

    private static Map<String, Long> dropped(Path dataset) {
        Map<String, Long> dropped = new TreeMap<>();
        RejectLog.read(dataset, entry -> dropped.merge(entry.sampleId() + " " + entry.operator() + " " + entry.reason()
                + entry.changedBy(), 1L, Long::sum));
        return dropped;
    }

    /** Some operators that look at one sample at a time, and a deduplicator among them. */
    private static String recipe(Random random, String deduplicator) {
        List<String> steps = new ArrayList<>();
        for (String step : MAPPERS) {
            if (random.nextBoolean()) {
                steps.add(random.nextInt(steps.size() + 1), step);
            }
        }
        steps.add(random.nextInt(steps.size() + 1), deduplicator);
        StringBuilder recipe = new StringBuilder(random.nextInt(4) == 0 ? "export_path: a.jsonl.zst\n" : "");
        recipe.append("process:\n");
        steps.forEach(step -> recipe.append("  - ").append(step).append('\n'));
        return recipe.toString();
    }

    /** Documents that have much of what others have, as it is or nearly. */
    private static List<Sample> corpus(Random random) {
        List<Sample> samples = new ArrayList<>();
        for (int document = 0; document < 14; document++) {
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                int kind = random.nextInt(12);
                StringBuilder text = new StringBuilder();
                int words = 4 + kind % 9;
                int changed = random.nextInt(3) == 0 ? random.nextInt(words) : -1;
                for (int word = 0; word < words; word++) {
                    text.append(word > 0 ? random.nextInt(15) == 0 ? "\u2003" : " " : "")
                            .append(word == changed ? "x" + random.nextInt(4) : "k" + kind + "w" + word)
                            .append(random.nextInt(25) == 0 ? "#" : "");
                }
                samples.add(DatasetRewriteTest.sample("doc-" + document, random.nextInt(3) == 0 ? 0 : i * 1000,
                        text.toString()));
            }
        }
        return samples;
    }

    private static Set<String> some(Random random) {
        Set<String> some = new TreeSet<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            some.add("doc-" + random.nextInt(14));
        }
        return some;
    }

    private static List<Sample> without(List<Sample> samples, Set<String> erased) {
        return samples.stream().filter(sample -> !erased.contains(sample.documentId())).toList();
    }

    static Origin.Known known(String recipe, List<Sample> corpus) {
        return new Origin.Known(Reference.pipeline(recipe), DatasetRewriteTest.SMALL, DatasetLookup.DIRECTORIES,
                ids -> new ListSource(corpus.stream().filter(sample -> ids.contains(sample.documentId())).toList()));
    }

    private static Map<String, Integer> sorted(List<String> lines) {
        Map<String, Integer> sorted = new TreeMap<>();
        lines.forEach(line -> sorted.merge(line, 1, Integer::sum));
        return sorted;
    }
}
