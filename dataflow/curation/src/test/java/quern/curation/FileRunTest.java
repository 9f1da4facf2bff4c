package quern.curation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.curation.library.BuiltInOperators;
import quern.ingest.reader.Manner;
import quern.ingest.reader.ReadLimits;

/** Recipes over local files: what is read, where results go, and what a killed run leaves to the next. */
class FileRunTest {

    private static final CurationConfig CONFIG = Reference.CONFIG;
    private static final ReadLimits LIMITS = new ReadLimits(1 << 20, 1 << 24, 1000);
    private static final int ROWS = 200;

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            rows.append(i % 50 == 7 ? "{\"text\": broken\n"
                    : "{\"text\": \"row %d  of %s\", \"n\": %s}\n".formatted(i, "x".repeat(i % 40),
                            i % 3 == 0 ? "null" : i % 3 == 1 ? "\"" + i + "\"" : "[" + i + "]"));
        }
        Files.writeString(directory.resolve("a.jsonl"), rows);
        Files.createDirectories(directory.resolve("more"));
        Files.writeString(directory.resolve("more/b.csv"), "text,n\nfirst of b,1\nsecond of b,2\n");
        Files.writeString(directory.resolve("more/c.txt"), "all of c\nin two lines\n");
        Files.writeString(directory.resolve("more/.hidden.txt"), "not read");
    }

    private static Pipeline pipeline(String recipe, String... overrides) {
        List<RecipeOverride> given = RecipeOverride.of(List.of(overrides));
        return new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, given, CONFIG));
    }

    private List<Path> run(Pipeline pipeline) {
        FileRun files = FileRun.of(pipeline, directory);
        PipelineRun run = files.open(CONFIG, LIMITS);
        while (run.step(13)) {
            continue;
        }
        return files.finish(run);
    }

    private static List<String> texts(Path file) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            texts.add(Json.MAPPER.readTree(line).path("text").asText());
        }
        return texts;
    }

    @Test
    void shouldPutResultAndSideFilesWhereDataJuicersUsersLookWhenARunEnds() throws IOException {
        List<Path> results = run(pipeline("""
                dataset_path: a.jsonl
                export_path: out/kept.jsonl
                open_tracer: true
                trace_num: 3
                process:
                  - whitespace_normalization_mapper:
                  - text_length_filter: {min_len: 30}
                """));
        Path out = directory.resolve("out");
        assertEquals(List.of(out.resolve("kept.jsonl")), results);
        List<String> lines = Files.readAllLines(results.getFirst());
        assertFalse(lines.getFirst().contains("__"), lines.getFirst());
        assertEquals(lines.size(), Files.readAllLines(out.resolve("kept_stats.jsonl")).size());
        assertEquals(lines.size(), Files.readAllLines(out.resolve("kept_lineage.jsonl")).size());
        assertEquals(3, Files.readAllLines(out.resolve("trace/filter-text_length_filter.jsonl")).size());
        assertTrue(Files.exists(out.resolve("rejected.jsonl")) && Files.exists(out.resolve("report.json")));
        JsonNode manifest = Json.read(out.resolve("kept_manifest.json"));
        assertEquals(Hashes.hex(Hashes.sha256().digest(Files.readAllBytes(directory.resolve("a.jsonl")))),
                manifest.path("inputs").path(0).path("sha256").asText());
        assertEquals("kept.jsonl", manifest.path("shards").path(0).path("file").asText());
        assertEquals(4, manifest.path("dropped").path("reader").properties().iterator().next().getValue().asInt());
        try (Stream<Path> left = Files.list(out)) {
            assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith(".")), "state is left");
        }
        assertEquals("[35]", Json.MAPPER.readTree(Files.readAllLines(results.getFirst()).stream()
                .filter(line -> line.contains("row 35 ")).findFirst().orElseThrow()).path("n").toString());
    }

    @Test
    void shouldTakeSharesInEvenStepsWhenInputsHaveWeights() throws IOException {
        Path result = run(pipeline("""
                dataset_path: 0.25 a.jsonl 2.5 more/b.csv more/c.txt
                export_path: mix.jsonl
                """)).getFirst();
        List<String> texts = texts(result);
        List<String> lines = Files.readAllLines(directory.resolve("a.jsonl"));
        long good = lines.stream().filter(line -> !line.contains("broken")).count();
        assertEquals(good / 4, texts.stream().filter(text -> text.startsWith("row")).count());
        assertEquals(2, texts.stream().filter(text -> text.equals("first of b")).count());
        assertEquals(3, texts.stream().filter(text -> text.equals("second of b")).count());
        assertEquals(1, texts.stream().filter(text -> text.startsWith("all of c")).count());
    }

    @Test
    void shouldReadOfEachInputItsShareWhenThereIsAMost() throws IOException {
        String recipe = """
                dataset:
                  max_sample_num: %s
                  configs:
                    - {type: local, path: a.jsonl, weight: 3.0}
                    - {type: local, path: more}
                    - {type: local, path: more/b.csv}
                export_path: share.jsonl
                """;
        List<String> texts = texts(run(pipeline(recipe.formatted(14))).getFirst());
        assertEquals(List.of(8L, 4L, 1L), List.of(texts.stream().filter(text -> text.startsWith("row")).count(),
                texts.stream().filter(text -> text.contains(" of b")).count(),
                texts.stream().filter(text -> text.startsWith("all of c")).count()), texts::toString);
        RecipeException e = assertThrows(RecipeException.class, () -> pipeline(recipe.formatted("few")));
        assertTrue(e.getMessage().contains("max_sample_num is 'few', expected a whole number above 0"));
        assertTrue(assertThrows(RecipeException.class, () -> pipeline("dataset: {type: local, path: a.jsonl}"))
                .getMessage().contains("dataset: expected 'configs', a list of maps"));
        assertTrue(assertThrows(RecipeException.class, () -> pipeline(
                "dataset: {configs: [{type: remote, source: wiki, lang: en}]}")).getMessage()
                .contains("type 'remote', source 'wiki': data is not fetched from the network"));
        Pipeline both = pipeline("dataset: {configs: [{path: x}]}", "--dataset_path", "more/c.txt");
        assertEquals(1, both.recipe().files().inputs().size());
        assertTrue(both.recipe().notes().getFirst().contains("dataset has no effect"));
    }

    @Test
    void shouldShowPairsOfDuplicatesWhenTheyAreTraced() throws IOException {
        Files.writeString(directory.resolve("twice.jsonl"), """
                {"text": "one  cat sat on the mat", "n": 1}
                {"text": "one cat sat on the mat", "n": 2}
                {"text": "one cat sat on the mat", "n": 3}
                {"text": "two dogs ran to the gate and one of them barked", "n": 4}
                {"text": "two dogs ran to the gate and one of them barked loudly", "n": 5}
                {"text": "no more of that", "n": 6}
                """);
        String recipe = """
                dataset_path: twice.jsonl
                export_path: traced/kept.jsonl
                open_tracer: true
                trace_keys: [n, absent]
                process:
                  - replace_content_mapper: {pattern: ' +', repl: ' '}
                  - document_deduplicator:
                  - replace_content_mapper: {pattern: two, repl: '2'}
                  - document_minhash_deduplicator: {window_size: 1}
                """;
        run(pipeline(recipe));
        Path traces = directory.resolve("traced/trace");
        List<String> same = Files.readAllLines(traces.resolve("duplicate-document_deduplicator.jsonl"));
        assertEquals(1, same.size(), same::toString);
        JsonNode pair = Json.MAPPER.readTree(same.getFirst());
        assertEquals("one cat sat on the mat", pair.path("dup1").path("text").asText());
        assertEquals(1, pair.path("dup1").path("n").asInt());
        assertEquals(2, pair.path("dup2").path("n").asInt());
        JsonNode near = Json.read(traces.resolve("duplicate-document_minhash_deduplicator.jsonl"));
        assertEquals("2 dogs ran to the gate and one of them barked", near.path("dup1").path("text").asText());
        assertEquals(5, near.path("dup2").path("n").asInt());
        assertEquals(List.of("{\"n\":1,\"absent\":null,\"original text\":\"one  cat sat on the mat\","
                        + "\"processed_text\":\"one cat sat on the mat\"}"),
                Files.readAllLines(traces.resolve("mapper-replace_content_mapper.jsonl")));
        run(pipeline(recipe, "--export_path", "some/kept.jsonl", "--op_list_to_trace", "[document_deduplicator]"));
        try (Stream<Path> written = Files.list(directory.resolve("some/trace"))) {
            assertEquals(List.of("duplicate-document_deduplicator.jsonl"),
                    written.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void shouldGiveTheSameItemsWhenASourceIsOpenedAtAnyOfItsPositions() {
        List<FileSource.Part> parts = List.of(new FileSource.Part(directory.resolve("a.jsonl"), "a", 1.7),
                new FileSource.Part(directory.resolve("more/b.csv"), "b", 0.5, 1),
                new FileSource.Part(directory.resolve("more/c.txt"), "c", 3, 1));
        List<SampleSource.Item> all = new ArrayList<>();
        List<String> positions = new ArrayList<>();
        try (FileSource source = new FileSource(parts, LIMITS, Manner.ROWS)) {
            positions.add(source.position());
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                all.add(item);
                positions.add(source.position());
            }
        }
        assertTrue(all.size() > 300, "items: " + all.size());
        for (int i = 0; i < positions.size(); i += 7) {
            try (FileSource source = new FileSource(parts, LIMITS, Manner.ROWS)) {
                source.seek(positions.get(i));
                for (int k = i; k < Math.min(i + 5, all.size()); k++) {
                    assertEquals(all.get(k), source.next(), "item " + k + " from position " + positions.get(i));
                }
            }
        }
        try (FileSource source = new FileSource(parts, List.of(7L, 2L), LIMITS, Manner.ROWS)) {
            int read = 0;
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                read++;
            }
            assertEquals(9, read);
        }
    }

    @Test
    void shouldGoOnWhenARunWasKilledAndBeginAnewWhenAnInputChanged() throws IOException {
        Pipeline pipeline = pipeline("""
                dataset_path: a.jsonl
                export_path: k.jsonl.zst
                process:
                  - text_length_filter: {min_len: 12}
                  - document_minhash_deduplicator: {window_size: 1}
                """);
        byte[] whole = Files.readAllBytes(run(pipeline).getFirst());
        try (ZstdInputStream content = new ZstdInputStream(Files.newInputStream(directory.resolve("k.jsonl.zst")))) {
            assertTrue(new String(content.readAllBytes(), StandardCharsets.UTF_8).startsWith("{\"text\":\"row "));
        }
        Files.delete(directory.resolve("k.jsonl.zst"));
        PipelineRun killed = FileRun.of(pipeline, directory).open(CONFIG, LIMITS);
        killed.step(60);
        PipelineRun resumed = FileRun.of(pipeline, directory).open(CONFIG, LIMITS);
        assertEquals(60, resumed.progress().in());
        resumed.close();
        assertArrayEquals(whole, Files.readAllBytes(run(pipeline).getFirst()));
        killed.close();

        FileRun.of(pipeline, directory).open(CONFIG, LIMITS).step(60);
        Files.writeString(directory.resolve("a.jsonl"), "{\"text\": \"another row, alone\"}\n");
        assertEquals(0, FileRun.of(pipeline, directory).open(CONFIG, LIMITS).progress().in());
        FileRun files = FileRun.of(pipeline, directory);
        PipelineRun run = files.open(CONFIG, LIMITS);
        while (run.step(10)) {
            continue;
        }
        Files.writeString(directory.resolve("a.jsonl"), "{\"text\": \"changed under way\"}\n");
        assertTrue(assertThrows(RunException.class, () -> files.finish(run)).getMessage().contains("changed"));
    }

    @Test
    void shouldWriteTheSameRowsInEveryFormThatIsAskedFor() throws IOException {
        List<String> expected = texts(run(pipeline("dataset_path: a.jsonl\nexport_path: f.jsonl\n")).getFirst());
        for (String name : List.of("f.parquet", "f.json", "f.jsonl.gz")) {
            Path result = run(pipeline("dataset_path: a.jsonl\nexport_path: " + name + "\n")).getFirst();
            assertEquals(name, result.getFileName().toString());
            Path again = run(pipeline("dataset_path: " + name + "\nexport_path: again.jsonl\n")).getFirst();
            assertEquals(expected, texts(again), name);
        }
        assertTrue(assertThrows(RunException.class, () -> run(pipeline("dataset_path: a.jsonl\nexport_path: f.xls\n")))
                .getMessage().contains(".parquet"));
    }

    @Test
    void shouldNameShardsAsDataJuicerWhenTheRecipeSaysTheirSize() {
        List<Path> results = run(pipeline("dataset_path: a.jsonl\nexport_path: s/part.jsonl\n",
                "--export_shard_size", "3000"));
        assertTrue(results.size() > 2, results::toString);
        assertEquals("part-00-of-0" + results.size() + ".jsonl", results.getFirst().getFileName().toString());
    }

    @Test
    void shouldLetKeysBesideTheRecipeWinWhenTheyAreGiven() throws IOException {
        Pipeline pipeline = pipeline("dataset_path: a.jsonl\nnp: 4\nprocess:\n  - text_length_filter: {max_len: 9}\n",
                "--dataset_path", "more", "--suffixes=txt", "--text_length_filter.max_len", "1e3", "--np", "8",
                "--words_num_filter.min_num", "1", "--export_path", "o.jsonl");
        assertEquals(List.of("text_length_filter", "words_num_filter"),
                pipeline.operators().stream().map(Operator::name).toList());
        assertEquals(List.of("all of c\nin two lines\n"), texts(run(pipeline).getFirst()));
        RecipeException e = assertThrows(RecipeException.class, () -> pipeline("np: 1\n", "--nq", "3"));
        assertTrue(e.getMessage().contains("did you mean np"), e.getMessage());
    }

    @Test
    void shouldSayWhatIsMissingWhenThereIsNothingToRead() {
        assertTrue(assertThrows(RunException.class, () -> run(pipeline("dataset_path: none.jsonl\n"))).getMessage()
                .contains("none.jsonl does not exist"));
        assertTrue(assertThrows(RunException.class, () -> run(pipeline("dataset_path: more\nsuffixes: [pdf]\n")))
                .getMessage().contains("no file under dataset_path"));
        RecipeException e = assertThrows(RecipeException.class, () -> pipeline(
                "dataset: {configs: [{type: remote, path: some/name}]}\n"));
        assertTrue(e.getMessage().contains("not fetched from the network"), e.getMessage());
    }

    @Test
    void shouldDropWhatEarlierFilesHaveWhenTheRecipeNamesThem() throws IOException {
        String recipe = """
                dataset_path: more
                export_path: out/%s.jsonl
                process:
                  - document_deduplicator: {against: %s}
                """;
        run(pipeline(recipe.formatted("first", "a.jsonl")));
        assertEquals(3, texts(directory.resolve("out/first.jsonl")).size());
        Files.writeString(directory.resolve("more/d.txt"), "of d");
        run(pipeline(recipe.formatted("second", "[a.jsonl, out/first.jsonl]")));
        assertEquals(List.of("of d"), texts(directory.resolve("out/second.jsonl")));
        assertTrue(Files.isDirectory(directory.resolve("out/.first.jsonl.signatures")));
        Files.writeString(directory.resolve("out/first.jsonl"), "{\"text\": \"of d\"}\n");
        run(pipeline(recipe.formatted("third", "out/first.jsonl")));
        assertEquals(3, texts(directory.resolve("out/third.jsonl")).size());
        assertThrows(RunException.class, () -> run(pipeline(recipe.formatted("fourth", "nowhere.jsonl"))));
    }

    @Test
    void shouldDecideAgainWhenAnEarlierFileHasChangedSinceTheRunWasKilled() throws IOException {
        Pipeline pipeline = pipeline("""
                dataset_path: a.jsonl
                export_path: out/kept.jsonl
                process:
                  - document_minhash_deduplicator: {window_size: 1, against: earlier.jsonl}
                """);
        Files.writeString(directory.resolve("earlier.jsonl"), "{\"text\": \"row 0  of \"}\n");
        PipelineRun killed = FileRun.of(pipeline, directory).open(CONFIG, LIMITS);
        while (killed.progress().stage() == 0) {
            killed.step(13);
        }
        String more = "{\"text\": \"something else\"}\n".repeat(3) + "{\"text\": \"row 1  of x\"}\n";
        Files.writeString(directory.resolve("earlier.jsonl"), more);
        List<String> kept = texts(run(pipeline).getFirst());
        assertTrue(kept.stream().anyMatch(text -> text.equals("row 0  of ")), kept::toString);
        assertFalse(kept.stream().anyMatch(text -> text.equals("row 1  of x")), kept::toString);
        assertTrue(kept.size() > ROWS / 4, kept::toString);
        killed.close();
    }
}
