package quern.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.erase.DatasetRewrite;
import quern.curation.erase.Erasure;
import quern.curation.erase.Holding;
import quern.curation.erase.Origin;
import quern.curation.erase.Progress;
import quern.curation.erase.Rewritten;
import quern.ingest.Sample;
import quern.kv.DataDirectory;

class DatasetRewriteTest {

    static final CurationConfig SMALL = new CurationConfig(7, 0, DataSize.parse("4KiB"), DataSize.parse("1KiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
    private static final String CANARY = "zyxcanary";
    private static final Origin UNKNOWN = new Origin.Unknown("text", "not asked for");
    private static final String RECIPE = """
            project_name: test
            export_path: out.jsonl%s
            process:
              - clean_email_mapper:
              - whitespace_normalization_mapper:
              - text_length_filter: {min_len: 12, max_len: 160}
              - document_deduplicator:
              - text_chunk_mapper: {max_len: 60, split_pattern: null}
              - words_num_filter: {min_num: 2, max_num: 12}
              - document_minhash_deduplicator: {window_size: 2}
            """;

    @TempDir
    Path directory;

    @Test
    void shouldLeaveNothingOfADocumentAndAllElseAsItWas() throws IOException {
        for (String suffix : List.of("", ".zst")) {
            Path old = run(RECIPE.formatted(suffix), corpus(1), directory.resolve("old" + suffix));
            Files.writeString(Files.createDirectories(old.resolve("signatures")).resolve("x.ids"), CANARY);
            Files.writeString(old.resolve("trace-filter-x.jsonl"), CANARY);
            Set<String> erased = Set.of("doc-3", "doc-4", "doc-5", "doc-nowhere");
            Holding before = DatasetRewrite.inspect(old, erased);
            assertTrue(before.samples() > 0 && before.dropped() > 0 && before.changed() > 0 && before.duplicates() > 0
                    && before.standing() > 0 && before.quoted() > 0 && before.stats() == before.samples()
                    && before.traces() == 1 && before.signatures() == 1, before::toString);
            assertFalse(found(old, CANARY).isEmpty());
            Path to = directory.resolve("new" + suffix);
            Rewritten rewritten = DatasetRewrite.rewrite(old, to, new Erasure("e-1", erased), UNKNOWN, Progress.NONE);
            assertEquals(List.of(), found(to, CANARY));
            for (String id : erased) {
                assertEquals(List.of(), found(to, id + "@"), id);
                assertEquals(List.of(), found(to, "\"" + id + "\""), id);
            }
            assertTrue(DatasetRewrite.inspect(to, erased).isEmpty());
            assertEquals(3, rewritten.tombstone().documents());
            assertEquals(before.samples(), rewritten.tombstone().samples());
            assertSound(to);
            List<String> expected = new ArrayList<>();
            for (String line : lines(old)) {
                if (!erased.contains(Json.MAPPER.readTree(line).path("__quern__").path("document").asText())) {
                    expected.add(line);
                }
            }
            assertEquals(expected, lines(to));
            assertEquals(expected.size(), Files.readAllLines(to.resolve("stats.jsonl")).size());
            DatasetManifest manifest = DatasetManifest.read(to);
            assertEquals(DatasetManifest.read(old).id(), manifest.tombstones().getLast().manifest());
            assertEquals("e-1", manifest.tombstones().getLast().erasure());
            Path again = directory.resolve("again" + suffix);
            DatasetRewrite.rewrite(old, again, new Erasure("e-1", erased), UNKNOWN, Progress.NONE);
            assertSameFiles(to, again);
            assertEquals(manifest, DatasetRewrite.rewrite(old, to, new Erasure("e-1", erased), UNKNOWN, Progress.NONE)
                    .manifest(), "a finished one is the result");
            assertThrows(RunException.class, () -> DatasetRewrite.rewrite(old, to, new Erasure("e-2", erased), UNKNOWN,
                    Progress.NONE));
        }
    }

    @Test
    void shouldGiveTheSameBytesAfterAFailureAtAnyPoint() throws IOException {
        Path old = run(RECIPE.formatted(".zst"), corpus(2), directory.resolve("old"));
        Erasure erasure = new Erasure("e", Set.of("doc-3", "doc-7"));
        Path whole = directory.resolve("whole");
        int[] told = new int[1];
        DatasetRewrite.rewrite(old, whole, erasure, UNKNOWN, _ -> told[0]++);
        assertTrue(told[0] > 3, "told " + told[0] + " times");
        for (int at = 1; at <= told[0]; at++) {
            Path to = directory.resolve("failed-" + at);
            int failsAt = at;
            int[] calls = new int[1];
            assertThrows(UncheckedIOException.class, () -> DatasetRewrite.rewrite(old, to, erasure, UNKNOWN, _ -> {
                if (++calls[0] == failsAt) {
                    throw new UncheckedIOException(new IOException("No space left on device"));
                }
            }));
            assertFalse(Files.exists(to.resolve(DatasetManifest.FILE)));
            DatasetRewrite.rewrite(old, to, erasure, UNKNOWN, Progress.NONE);
            assertSameFiles(whole, to);
        }
    }

    @Test
    void shouldGoOnBehindTheLastWholeShardWhenTheSameRewriteBeginsAgain() throws IOException {
        Path old = run(RECIPE.formatted(".zst"), corpus(2), directory.resolve("old"));
        Erasure erasure = new Erasure("e", Set.of("doc-3", "doc-7"));
        Path whole = directory.resolve("whole");
        DatasetRewrite.rewrite(old, whole, erasure, UNKNOWN, Progress.NONE);
        assertTrue(shards(whole).size() > 2, () -> shards(whole).toString());
        Path to = directory.resolve("to");
        for (Erasure attempt : List.of(erasure, new Erasure("another", Set.of("doc-3")))) {
            assertThrows(UncheckedIOException.class, () -> DatasetRewrite.rewrite(old, to, erasure, UNKNOWN, _ -> {
                if (shards(to).size() == 2) {
                    throw new UncheckedIOException(new IOException("as asked"));
                }
            }));
            Map<String, Object> before = shards(to);
            DatasetRewrite.rewrite(old, to, attempt, UNKNOWN, Progress.NONE);
            Map<String, Object> after = shards(to);
            after.keySet().retainAll(before.keySet());
            assertEquals(attempt == erasure, before.equals(after), attempt.id());
            if (attempt == erasure) {
                assertSameFiles(whole, to);
            }
            DataDirectory.removeTree(to);
        }
    }

    /** Each with what tells its file from another of the same name. */
    private static Map<String, Object> shards(Path dataset) {
        try (Stream<Path> files = Files.list(dataset)) {
            Map<String, Object> shards = new TreeMap<>();
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("shard-")).toList()) {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                shards.put(file.getFileName().toString(), attributes.fileKey() + " " + attributes.lastModifiedTime());
            }
            return shards;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldChainTombstonesAndEndWithAnEmptyDataset() throws IOException {
        Path old = run(RECIPE.formatted(""), corpus(3), directory.resolve("old"));
        Path one = directory.resolve("one");
        Path two = directory.resolve("two");
        DatasetRewrite.rewrite(old, one, new Erasure("first", Set.of("doc-3", "doc-4")), UNKNOWN, Progress.NONE);
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            all.add("doc-" + i);
        }
        Rewritten end = DatasetRewrite.rewrite(one, two, new Erasure("second", all), UNKNOWN, Progress.NONE);
        assertEquals(List.of(DatasetManifest.read(old).id(), DatasetManifest.read(one).id()),
                end.manifest().tombstones().stream().map(DatasetManifest.Tombstone::manifest).toList());
        assertEquals(0, end.manifest().kept());
        assertEquals(List.of(), end.manifest().shards());
        assertEquals(List.of(), end.manifest().documentIds());
        assertEquals(0, Files.size(two.resolve(RejectLog.FILE)));
        assertSound(two);
        try (DatasetSource source = new DatasetSource(two)) {
            assertEquals(null, source.next());
        }
        JsonNode report = RunReport.figures(two);
        assertEquals(1, report.path("notes").size(), report.path("notes")::toString);
        assertEquals(Map.of("erasure", Map.of("erased", DatasetManifest.read(old).in() + end.manifest().made())),
                end.manifest().dropped());
    }

    @Test
    void shouldTakeSamplesMadeOfSeveralDocumentsWhole() throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Sample sample = sample("doc-" + i, 0, i == 7 ? CANARY + " seven" : "text of number " + i);
            sample.fields().put("k", i % 3);
            samples.add(sample);
        }
        Path old = run("process:\n  - text_length_filter: {min_len: 5}\n  - key_value_grouper: {group_by_keys: [k]}\n",
                samples, directory.resolve("old"));
        Set<String> erased = Set.of("doc-7");
        Holding before = DatasetRewrite.inspect(old, erased);
        assertEquals(1, before.samples());
        assertEquals(1, before.joined());
        Path to = directory.resolve("new");
        Rewritten rewritten = DatasetRewrite.rewrite(old, to, new Erasure("e", erased), UNKNOWN, Progress.NONE);
        assertEquals(2, rewritten.manifest().kept());
        assertEquals(List.of(), found(to, CANARY));
        assertFalse(rewritten.manifest().documentIds().contains("doc-1"), "it was in the group of doc-7 only");
        assertEquals(8, rewritten.manifest().documentIds().size());
        assertSound(to);
    }

    /** The manifest is genuine, its files are what it says, and everything adds up with the logs and the report. */
    static void assertSound(Path dataset) throws IOException {
        DatasetManifest manifest = DatasetManifest.read(dataset);
        assertTrue(manifest.isGenuine());
        for (DatasetManifest.Shard shard : manifest.shards()) {
            assertEquals(shard, DatasetManifest.Shard.of(dataset.resolve(shard.file()), shard.samples()));
        }
        Map<String, Map<String, Long>> logged = new TreeMap<>();
        long[] entries = new long[1];
        TreeSet<String> documents = new TreeSet<>();
        RejectLog.read(dataset, entry -> {
            entries[0]++;
            if (entry.isDrop()) {
                logged.computeIfAbsent(entry.operator(), _ -> new TreeMap<>()).merge(entry.reason(), 1L, Long::sum);
            }
        });
        Map<String, Map<String, Long>> counted = new TreeMap<>(manifest.dropped());
        counted.remove("erasure");
        assertEquals(counted, logged);
        assertEquals(DatasetManifest.Shard.of(dataset.resolve(RejectLog.FILE), entries[0]), manifest.rejects());
        List<String> lines = lines(dataset);
        assertEquals(manifest.kept(), lines.size());
        for (String line : lines) {
            JsonNode provenance = Json.MAPPER.readTree(line).path("__quern__");
            documents.add(provenance.path("document").asText());
            provenance.path("documents").forEach(id -> documents.add(id.asText()));
        }
        assertEquals(List.copyOf(documents), manifest.documentIds());
        RunReport report = RunReport.read(dataset);
        assertTrue(report.addsUp(), report::toString);
        assertEquals(manifest.kept(), report.kept());
        assertEquals(manifest.in() + manifest.made(), manifest.kept() + report.dropped());
        long[] duplicates = new long[1];
        DuplicateLog.read(dataset, _ -> duplicates[0]++);
        assertEquals(duplicates[0], RunReport.figures(dataset).path("duplicates").path("samples").asLong());
        assertEquals(quern.curation.report.ReportPage.of(RunReport.figures(dataset)),
                Files.readString(dataset.resolve(RunReport.PAGE)));
    }

    static Path run(String recipe, List<Sample> samples, Path target) {
        try (PipelineRun run = PipelineRun.open(Reference.pipeline(recipe), new ListSource(samples), target, SMALL,
                List.of("label"))) {
            while (run.step(7)) {
                continue;
            }
            assertTrue(run.report().addsUp());
        }
        return target;
    }

    /** Documents of a few samples each; three of them hold the canary, in samples kept, dropped and doubled. */
    private static List<Sample> corpus(long seed) {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int document = 0; document < 40; document++) {
            String mark = document >= 3 && document <= 5 ? CANARY : "word";
            int count = 3 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                StringBuilder text = new StringBuilder(mark);
                for (int words = random.nextInt(30); words > 0; words--) {
                    text.append(random.nextInt(9) == 0 ? "\u2003" : " ").append("w").append(random.nextInt(60));
                }
                samples.add(sample("doc-" + document, i * 1000, text.toString()));
            }
            String twin = "here is what " + (document % 5) + " and others have";
            samples.add(sample("doc-" + document, 9000, twin));
            samples.add(sample("doc-" + document, 10000, mark + " has this twice"));
            samples.add(sample("doc-" + document, 11000, mark + " has this twice"));
        }
        return samples;
    }

    static Sample sample(String document, long from, String text) {
        ObjectNode fields = Json.object().put("text", text);
        return new Sample(fields, document, from, from + text.length(), 0);
    }

    static List<String> lines(Path dataset) throws IOException {
        List<String> lines = new ArrayList<>();
        for (DatasetManifest.Shard shard : DatasetManifest.read(dataset).shards()) {
            try (var reader = DatasetSource.open(dataset.resolve(shard.file()))) {
                reader.lines().forEach(lines::add);
            }
        }
        return lines;
    }

    /** Files that have a text in them. */
    private static List<Path> found(Path dataset, String text) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(dataset)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file);
                        InputStream plain = file.toString().endsWith(".zst") ? new ZstdInputStream(in) : in) {
                    if (new String(plain.readAllBytes(), StandardCharsets.UTF_8).contains(text)) {
                        found.add(file);
                    }
                }
            }
        }
        return found;
    }

    static void assertSameFiles(Path one, Path two) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path each : List.of(one, two)) {
            try (Stream<Path> files = Files.walk(each)) {
                names.add(files.map(file -> each.relativize(file).toString()).sorted().toList().toString());
            }
        }
        assertEquals(names.getFirst(), names.getLast());
        try (Stream<Path> files = Files.list(one)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(two.resolve(file.getFileName())),
                        file.toString());
            }
        }
    }
}
