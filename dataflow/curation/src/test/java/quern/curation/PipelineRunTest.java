package quern.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.ingest.Sample;

class PipelineRunTest {

    private static final CurationConfig SMALL = new CurationConfig(7, 0, DataSize.parse("4KiB"), DataSize.parse("1KiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
    private static final String RECIPE = """
            project_name: test
            export_path: out.jsonl%s
            process:
              - clean_email_mapper:
              - whitespace_normalization_mapper:
              - text_length_filter: {min_len: 5, max_len: 200}
              - document_deduplicator:
              - source_cap_selector: {field_key: rank, max_samples: 3, max_bytes: 300, max_share: 0.05, share_from: 2}
              - text_chunk_mapper: {max_len: 60, split_pattern: null}
              - document_simhash_deduplicator: {tokenization: character, window_size: 4}
              - words_num_filter: {min_num: 2}
              - document_minhash_deduplicator: {window_size: 2}
              - topk_specified_field_selector: {field_key: rank, topk: 100}
            """;

    @TempDir
    Path directory;

    @Test
    void shouldAddUpWhenEveryKindOfOperatorDropsSamples() throws IOException {
        Pipeline pipeline = Reference.pipeline(RECIPE.formatted(""));
        RunReport report = runThrough(pipeline, directory.resolve("a"));
        assertTrue(report.addsUp(), report::toString);
        assertTrue(report.made() > 0 && report.kept() > 0 && report.kept() <= 100, report::toString);
        Map<String, Long> logged = new TreeMap<>();
        List<RejectLog.Entry> changed = new ArrayList<>();
        RejectLog.read(directory.resolve("a"), entry -> {
            if (entry.isDrop()) {
                logged.merge(entry.operator() + "/" + entry.reason(), 1L, Long::sum);
            } else {
                changed.add(entry);
            }
        });
        Map<String, Long> counted = new TreeMap<>();
        report.operators().forEach(line -> line.dropped()
                .forEach((reason, n) -> counted.put(line.operator() + "/" + reason, n)));
        assertEquals(counted, logged);
        assertTrue(counted.containsKey("reader/no text in field text")
                && counted.containsKey("reader/sample larger than sample-max")
                && counted.containsKey("reader/broken") && counted.containsKey("document_deduplicator/duplicate")
                && counted.containsKey("source_cap_selector/source has its samples")
                && counted.containsKey("source_cap_selector/source has its bytes")
                && counted.containsKey("source_cap_selector/source has its share")
                && counted.containsKey("document_simhash_deduplicator/duplicate")
                && counted.containsKey("topk_specified_field_selector/not selected"), counted::toString);
        assertFalse(changed.isEmpty());
        assertTrue(changed.stream().allMatch(entry -> entry.changedBy().contains("whitespace_normalization_mapper")),
                changed::toString);
        DatasetManifest manifest = DatasetManifest.read(directory.resolve("a"));
        assertTrue(manifest.isGenuine());
        assertEquals(report.kept(), manifest.shards().stream().mapToLong(DatasetManifest.Shard::samples).sum());
        assertTrue(manifest.shards().size() > 1, "one shard only");
        assertEquals(List.of("secret"), manifest.labels());
    }

    @Test
    void shouldGiveTheSameBytesWhenKilledBetweenAnySteps() throws IOException {
        for (String suffix : List.of("", ".zst")) {
            Pipeline pipeline = Reference.pipeline(RECIPE.formatted(suffix));
            Path whole = directory.resolve("whole" + suffix);
            runThrough(pipeline, whole);
            for (int seed = 0; seed < (suffix.isEmpty() ? 3 : 1); seed++) {
                Path killed = directory.resolve("killed-" + seed + suffix);
                runWithKills(pipeline, killed, new Random(seed));
                assertSameFiles(whole, killed, "seed " + seed);
            }
        }
    }

    @Test
    void shouldGiveTheSameBytesWhenKilledAtAnyPointOfItsEnd() throws IOException {
        Pipeline pipeline = Reference.pipeline(RECIPE.formatted(""));
        Path whole = directory.resolve("whole");
        runThrough(pipeline, whole);
        boolean killed = true;
        for (int steps = 0; killed; steps++) {
            Path target = directory.resolve("after-" + steps);
            try (PipelineRun run = PipelineRun.open(pipeline, source(), target, SMALL, List.of("secret"))) {
                while (run.isStreaming() || run.progress().stage() + 1 < run.progress().stages()) {
                    run.step(1000);
                }
                for (int i = 0; i < steps && killed; i++) {
                    killed = run.step(1000);
                }
            }
            runThrough(pipeline, target);
            assertSameFiles(whole, target, steps + " steps of the end");
        }
    }

    @Test
    void shouldGiveTheSameBytesWhenBatchesGoThroughInAnyOrderAndItIsKilled() throws IOException {
        Pipeline pipeline = Reference.pipeline(RECIPE.formatted(""));
        Path whole = directory.resolve("whole");
        runThrough(pipeline, whole);
        for (int seed = 0; seed < 4; seed++) {
            Path other = directory.resolve("other-" + seed);
            Random random = new Random(seed);
            for (int killAt = 40; !runInAnyOrder(pipeline, other, random, killAt); killAt *= 2) {
                tear(other, random);
            }
            assertSameFiles(whole, other, "seed " + seed);
        }
    }

    /** Several batches under way at a time, worked on in any order. @return false where it was killed */
    private static boolean runInAnyOrder(Pipeline pipeline, Path target, Random random, int killAt) {
        PipelineRun run = PipelineRun.open(pipeline, source(), target, SMALL, List.of("secret"));
        int done = 0;
        do {
            for (boolean more = run.isStreaming(); more;) {
                List<Batch> batches = new ArrayList<>();
                while (more && batches.size() < 4) {
                    Batch batch = run.read(1 + random.nextInt(5));
                    more = batch != null;
                    if (more) {
                        batches.add(batch);
                    }
                }
                for (int segment = 0; segment < run.segments(); segment++) {
                    if (segment > 0) {
                        batches.forEach(run::decide);
                    }
                    List<Batch> shuffled = new ArrayList<>(batches);
                    Collections.shuffle(shuffled, random);
                    shuffled.forEach(run::work);
                }
                for (Batch batch : batches) {
                    if (++done == killAt) {
                        return false;
                    }
                    run.commit(batch);
                }
            }
        } while (run.step(1));
        run.close();
        return true;
    }

    @Test
    void shouldKeepProvenanceExactWhenTextIsCutOrChanged() throws IOException {
        List<Sample> samples = List.of(Reference.sample(1, "  padded text of some length  "),
                Reference.sample(2, "write to a@b.c now"));
        List<JsonNode> lines = Reference.run(Reference.pipeline("""
                process:
                  - whitespace_normalization_mapper:
                  - clean_email_mapper:
                """), samples, directory.resolve("a"));
        JsonNode cut = lines.get(0).path("__quern__");
        assertEquals(2, cut.path("from").asInt());
        assertEquals(28, cut.path("to").asInt());
        assertTrue(cut.path("verbatim").asBoolean());
        assertFalse(lines.get(1).path("__quern__").path("verbatim").asBoolean());
        assertEquals("document-2", lines.get(1).path("__quern__").path("document").asText());
    }

    @Test
    void shouldReadADatasetAgainWhenItIsTheSourceOfAnotherRun() throws IOException {
        Pipeline pipeline = Reference.pipeline(RECIPE.formatted(".zst"));
        runThrough(pipeline, directory.resolve("a"));
        Pipeline empty = Reference.pipeline("project_name: again");
        try (PipelineRun run = PipelineRun.open(empty, new DatasetSource(directory.resolve("a")),
                directory.resolve("b"), SMALL, List.of())) {
            while (run.step(3)) {
                continue;
            }
            assertEquals(DatasetManifest.read(directory.resolve("a")).kept(), run.manifest().kept());
            assertEquals(DatasetManifest.read(directory.resolve("a")).documentIds(), run.manifest().documentIds());
        }
        DatasetSource source = new DatasetSource(directory.resolve("a"));
        source.next();
        source.next();
        String position = source.position();
        SampleSource.Item third = source.next();
        DatasetSource other = new DatasetSource(directory.resolve("a"));
        other.seek(position);
        assertEquals(third, other.next());
        source.close();
        other.close();
    }

    @Test
    void shouldKeepShortTextsUnlessDataJuicersRulesAreAskedFor() throws IOException {
        List<Sample> samples = List.of(Reference.sample(1, "one"), Reference.sample(2, "two"),
                Reference.sample(3, "one"));
        String recipe = "process:\n  - %s:\n";
        String compat = "compat: data-juicer-1.4.3\n";
        String minHash = recipe.formatted("document_minhash_deduplicator");
        String simHash = recipe.formatted("document_simhash_deduplicator");
        assertEquals(3, Reference.run(Reference.pipeline(minHash), samples, directory.resolve("a")).size());
        assertEquals(0, Reference.run(Reference.pipeline(compat + minHash), samples, directory.resolve("b")).size());
        assertEquals(3, Reference.run(Reference.pipeline(simHash), samples, directory.resolve("c")).size());
        assertEquals(1, Reference.run(Reference.pipeline(compat + simHash), samples, directory.resolve("d")).size());
    }

    @Test
    void shouldRefuseWhenTheDirectoryHoldsAnotherRecipesRun() throws IOException {
        runThrough(Reference.pipeline("project_name: one"), directory.resolve("a"));
        Pipeline two = Reference.pipeline("project_name: two");
        assertThrows(RunException.class, () -> PipelineRun.open(two, source(), directory.resolve("a"), SMALL,
                List.of()));
    }

    @Test
    void shouldEndTheRunWhenAnOperatorFailsAndErrorsAreNotSkipped() {
        Pipeline strict = Reference.pipeline("skip_op_error: false\nprocess:\n  - specified_field_filter: "
                + "{field_key: no, target_value: x}\n");
        try (PipelineRun run = PipelineRun.open(strict, source(), directory.resolve("a"), SMALL, List.of())) {
            RunException e = assertThrows(RunException.class, () -> run.step(1000));
            assertTrue(e.getMessage().contains("specified_field_filter"), e.getMessage());
        }
    }

    @Test
    void shouldKeepTheSameSamplesWhenDeduplicatorsMustSpill() throws IOException {
        CurationConfig tight = new CurationConfig(100_000, 0, DataSize.parse("1MiB"), DataSize.parse("1KiB"),
                DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
        CurationConfig roomy = new CurationConfig(100_000, 0, DataSize.parse("1MiB"), DataSize.parse("1KiB"),
                DataSize.parse("1MiB"), DataSize.parse("1GiB"), 2, Duration.ofMinutes(1), 64);
        Random random = new Random(5);
        List<SampleSource.Item> many = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            int of = random.nextInt(4) == 0 ? random.nextInt(i + 1) : i;
            many.add(new SampleSource.Read(Reference.sample(i, "t" + of + " is " + of * 7 + " or " + of * 31 + " y"
                    + (random.nextInt(8) == 0 ? "z" : ""))));
        }
        for (String step : List.of("document_deduplicator:", "document_simhash_deduplicator: {window_size: 2}",
                "document_minhash_deduplicator: {window_size: 1, num_permutations: 16}")) {
            Pipeline pipeline = Reference.pipeline("process:\n  - " + step + "\n");
            List<Path> runs = new ArrayList<>();
            for (CurationConfig config : List.of(tight, roomy)) {
                Path target = directory.resolve("run-" + step.hashCode() + config.deduplicationMemory());
                runs.add(target);
                try (PipelineRun run = PipelineRun.open(pipeline, new ItemSource(many), target, config, List.of())) {
                    while (run.step(1000)) {
                        continue;
                    }
                    assertTrue(run.report().kept() < 39_000 && run.report().kept() > 10, step + run.report());
                }
            }
            assertSameFiles(runs.get(0), runs.get(1), step);
            assertTrue(Files.size(runs.get(0).resolve(DuplicateLog.FILE)) > 1000, step);
        }
    }

    /** A directory where a file of the decision should be stops it half way, with what it has written left behind. */
    @Test
    void shouldGiveTheSameBytesWhenStoppedWhileDecidingOnDisk() throws IOException {
        CurationConfig tight = new CurationConfig(100_000, 0, DataSize.parse("1MiB"), DataSize.parse("1KiB"),
                DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
        List<SampleSource.Item> many = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            int of = i % 5 == 0 ? i / 2 : i;
            many.add(new SampleSource.Read(Reference.sample(i, "t" + of + " u" + of * 7 + " v" + of * 31)));
        }
        Map<String, String> obstacles = Map.of(
                "document_minhash_deduplicator: {window_size: 1, num_bands: 16, num_rows_per_band: 3}",
                "stage-0-band-3-run-2",
                "document_simhash_deduplicator: {window_size: 2}", "stage-0-mask-4-run-1");
        for (Map.Entry<String, String> one : obstacles.entrySet()) {
            Pipeline pipeline = Reference.pipeline("process:\n  - " + one.getKey() + "\n");
            Path whole = directory.resolve("whole-" + one.getValue());
            Path stopped = directory.resolve("stopped-" + one.getValue());
            Path obstacle = stopped.resolve(one.getValue());
            try (PipelineRun run = PipelineRun.open(pipeline, new ItemSource(many), whole, tight, List.of())) {
                while (run.step(1000)) {
                    continue;
                }
            }
            PipelineRun run = PipelineRun.open(pipeline, new ItemSource(many), stopped, tight, List.of());
            Files.createDirectories(obstacle);
            assertThrows(UncheckedIOException.class, () -> {
                while (run.step(1000)) {
                    continue;
                }
            });
            Files.delete(obstacle);
            try (PipelineRun again = PipelineRun.open(pipeline, new ItemSource(many), stopped, tight, List.of())) {
                while (again.step(1000)) {
                    continue;
                }
                assertTrue(again.report().kept() < 29_000, again.report()::toString);
            }
            assertSameFiles(whole, stopped, one.getKey());
        }
    }

    @Test
    void shouldNameTheSampleThatStandsForEachDuplicate() throws IOException {
        List<Sample> samples = List.of(Reference.sample(1, "one two three four five"),
                Reference.sample(2, "one two three four five"), Reference.sample(3, "something else altogether, yes"),
                Reference.sample(4, "one two three four five"));
        for (String name : List.of("document_deduplicator:", "document_simhash_deduplicator: {window_size: 2}",
                "document_minhash_deduplicator: {window_size: 2}")) {
            Path target = directory.resolve("names-" + name.hashCode());
            Reference.run(Reference.pipeline("process:\n  - " + name + "\n"), samples, target);
            List<DuplicateLog.Entry> found = new ArrayList<>();
            DuplicateLog.read(target, found::add);
            String operator = name.replaceAll(":.*", "");
            assertEquals(List.of(new DuplicateLog.Entry("document-2@0-23", "document-1@0-23", operator),
                    new DuplicateLog.Entry("document-4@0-23", "document-1@0-23", operator)), found);
            List<String> logged = new ArrayList<>();
            RejectLog.read(target, entry -> logged.add(entry.sampleId() + " " + entry.standsFor()));
            assertEquals(List.of("document-2@0-23 document-1@0-23", "document-4@0-23 document-1@0-23"), logged);
        }
    }

    private RunReport runThrough(Pipeline pipeline, Path target) {
        try (PipelineRun run = PipelineRun.open(pipeline, source(), target, SMALL, List.of("secret"))) {
            while (run.step(1000)) {
                assertFalse(run.progress().finished());
            }
            assertTrue(run.progress().finished());
            return run.report();
        }
    }

    /** Kills by walking away: nothing is closed or flushed, and what was written since the checkpoint is torn. */
    private void runWithKills(Pipeline pipeline, Path target, Random random) throws IOException {
        int kills = 0;
        while (true) {
            PipelineRun run = PipelineRun.open(pipeline, source(), target, SMALL, List.of("secret"));
            int steps = kills++ < 12 ? random.nextInt(16) : Integer.MAX_VALUE;
            boolean more = true;
            for (int i = 0; i < steps && more; i++) {
                more = run.step(1 + random.nextInt(9));
            }
            if (!more) {
                run.close();
                assertTrue(kills > 3, "finished before it was killed");
                return;
            }
            tear(target, random);
        }
    }

    private static void tear(Path target, Random random) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(target);
        Map<String, Long> good = checkpoint == null ? Map.of() : checkpoint.lengths();
        for (String name : List.of("rejected.jsonl", "stats.jsonl", "part-00000.jsonl", "stage-0.jsonl", "stage-1.sig",
                "documents.txt")) {
            Path file = target.resolve(name);
            if (Files.exists(file) && good.containsKey(name)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    long extra = Math.max(0, channel.size() - good.get(name));
                    channel.truncate(good.get(name) + (long) (random.nextDouble() * extra));
                }
                Files.write(file, new byte[random.nextInt(5)], StandardOpenOption.APPEND);
            }
        }
        Files.writeString(target.resolve("checkpoint.json.tmp"), "{");
    }

    private static void assertSameFiles(Path expected, Path found, String message) throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(expected)) {
            names = files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith("report."))
                    .sorted().toList();
        }
        try (Stream<Path> files = Files.list(found)) {
            assertEquals(names, files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("report."))
                    .sorted().toList(), message);
        }
        for (String name : names) {
            assertArrayEquals(Files.readAllBytes(expected.resolve(name)), Files.readAllBytes(found.resolve(name)),
                    message + ", " + name);
        }
    }

    /** 150 samples with duplicates, near duplicates, addresses, and some that cannot be samples. */
    private static SampleSource source() {
        Random random = new Random(11);
        String[] words = "pump valve water red blue station wind rain garden roof cable radio mast light".split(" ");
        List<SampleSource.Item> items = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            StringBuilder text = new StringBuilder(i % 10 == 0 ? "  mail a.b@c.example " : "");
            int seed = i % 9 == 0 ? 3 : i;
            Random own = new Random(seed);
            for (int w = own.nextInt(30); w >= 0; w--) {
                text.append(words[own.nextInt(words.length)]).append(' ');
            }
            Sample sample = Reference.sample(i / 2, text + (i % 18 == 0 ? "x" : ""));
            sample.fields().put("rank", random.nextInt(50));
            if (i % 40 == 1) {
                sample.fields().putNull("text");
            }
            if (i % 40 == 2) {
                sample.fields().put("text", "long ".repeat(500));
            }
            items.add(i % 40 == 3 ? new SampleSource.Unreadable("document-" + i, "broken")
                    : new SampleSource.Read(sample));
        }
        return new ItemSource(items);
    }

    private static final class ItemSource implements SampleSource {

        private final List<Item> items;
        private int next;

        ItemSource(List<Item> items) {
            this.items = items;
        }

        @Override
        public void seek(String position) {
            next = Integer.parseInt(position);
        }

        @Override
        public Item next() {
            return next == items.size() ? null : items.get(next++);
        }

        @Override
        public String position() {
            return Integer.toString(next);
        }

        @Override
        public void close() {}
    }
}
