package quern.ingest.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.reader.Item;
import quern.ingest.reader.Manner;
import quern.ingest.reader.ReadLimits;
import quern.ingest.reader.RowReader;

class RowWriterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ROWS = List.of(
            "{\"text\":\"é 😀 \\u0000 x\",\"n\":1,\"f\":1.5,\"b\":true,\"m\":{\"a\":[1,null,3],\"s\":null}}",
            "{\"text\":null,\"n\":9007199254740993,\"f\":2,\"b\":null,\"m\":{\"a\":[],\"s\":\"x\"}}",
            "{\"text\":\"\",\"n\":null,\"f\":null,\"b\":false,\"m\":null}");

    @TempDir
    Path directory;

    @Test
    void shouldReadBackWhatItWroteInEveryForm() throws IOException {
        for (String ending : List.of(".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".parquet")) {
            RowForm form = RowForm.ofName(ending).orElseThrow();
            Path file = write("out" + ending, form, 0, ROWS).getFirst();
            List<JsonNode> expected = new ArrayList<>();
            for (String row : ROWS) {
                expected.add(JSON.readTree(row));
            }
            List<JsonNode> read = read(file);
            for (int i = 0; i < expected.size(); i++) {
                assertTrue(expected.get(i).equals(RowWriterTest::sameNumber, read.get(i)),
                        ending + ": " + expected.get(i) + " became " + read.get(i));
            }
            assertEquals(expected.size(), read.size());
            assertEquals(List.of(file), files());
            Files.delete(file);
        }
    }

    @Test
    void shouldWriteValuesOfManyTypesAsTextWhenTheyFitNoColumn() throws IOException {
        Path target = directory.resolve("mixed.parquet");
        try (RowWriter writer = RowWriter.create(target, RowForm.PARQUET, 0)) {
            for (String row : List.of("{\"a\":1,\"o\":{}}", "{\"a\":\"word\",\"o\":{}}", "{\"a\":{\"b\":[2]}}",
                    "{\"z\":7}")) {
                writer.append((ObjectNode) JSON.readTree(row));
            }
            writer.finish();
            assertEquals(List.of("a", "o"), List.copyOf(writer.mixedColumns()));
        }
        assertEquals(List.of("{\"a\":\"1\",\"o\":\"{}\",\"z\":null}", "{\"a\":\"word\",\"o\":\"{}\",\"z\":null}",
                "{\"a\":\"{\\\"b\\\":[2]}\",\"o\":null,\"z\":null}", "{\"a\":null,\"o\":null,\"z\":7}"),
                read(target).stream().map(JsonNode::toString).toList());
    }

    @Test
    void shouldKeepHalfASurrogatePairInJsonAndReplaceItInParquet() throws IOException {
        for (String text : List.of("\uD83D", "a\uDE00", "\uDE00\uD83D", "é".repeat(5000) + "\uD83D",
                "\uD83D".repeat(9000), "😀".repeat(4000) + "\uD83D😀")) {
            var row = JSON.createObjectNode().put("text", text);
            assertEquals(row, JSON.readTree(JsonLines.bytes(row)));
        }
        String row = "{\"text\":\"a\\uD83Dé\"}";
        assertEquals("a\uD83Dé", read(write("a.jsonl", RowForm.JSONL, 0, List.of(row)).getFirst())
                .getFirst().path("text").asText());
        assertEquals("a\uFFFDé", read(write("a.parquet", RowForm.PARQUET, 0, List.of(row)).getFirst())
                .getFirst().path("text").asText());
    }

    @Test
    void shouldCutIntoShardsNamedAsDataJuicerDoes() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.add("{\"text\":\"" + "x".repeat(40) + i + "\"}");
        }
        for (RowForm form : List.of(RowForm.JSONL_ZST, RowForm.PARQUET)) {
            String ending = form == RowForm.PARQUET ? ".parquet" : ".jsonl.zst";
            List<Path> shards = write("out" + ending, form, 150, rows);
            assertEquals(List.of("out-00-of-05" + ending, "out-01-of-05" + ending, "out-02-of-05" + ending,
                    "out-03-of-05" + ending, "out-04-of-05" + ending),
                    shards.stream().map(path -> path.getFileName().toString()).toList());
            List<String> all = new ArrayList<>();
            for (Path shard : shards) {
                read(shard).forEach(row -> all.add(row.toString()));
            }
            assertEquals(rows, all);
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsNotFinished() throws IOException {
        Files.writeString(directory.resolve("out.parquet"), "old");
        for (RowForm form : RowForm.values()) {
            try (RowWriter writer = RowWriter.create(directory.resolve("out.parquet"), form, 10)) {
                writer.append((ObjectNode) JSON.readTree(ROWS.get(0)));
                writer.append((ObjectNode) JSON.readTree(ROWS.get(1)));
                assertTrue(files().size() > 1);
            }
            assertEquals(List.of(directory.resolve("out.parquet")), files());
            assertEquals("old", Files.readString(directory.resolve("out.parquet")));
        }
    }

    @Test
    void shouldWriteOneFileWithoutRowsWhenThereAreNone() throws IOException {
        for (RowForm form : RowForm.values()) {
            Path file = write("none." + form, form, 0, List.of()).getFirst();
            try (RowReader reader = open(file)) {
                Item item = reader.next();
                assertTrue(item instanceof Item.Refused, form + " gave " + item);
            }
        }
        assertEquals("[\n]\n", Files.readString(directory.resolve("none.JSON"), StandardCharsets.US_ASCII));
    }

    private List<Path> write(String name, RowForm form, long shardBytes, List<String> rows) throws IOException {
        try (RowWriter writer = RowWriter.create(directory.resolve(name), form, shardBytes)) {
            for (String row : rows) {
                writer.append((ObjectNode) JSON.readTree(row));
            }
            return writer.finish();
        }
    }

    private static RowReader open(Path file) {
        return RowReader.open(file, "id", new ReadLimits(1 << 20, 16 << 20, 200), Manner.ROWS);
    }

    private static List<JsonNode> read(Path file) {
        List<JsonNode> rows = new ArrayList<>();
        try (RowReader reader = open(file)) {
            for (Item item = reader.next(); item != null; item = reader.next()) {
                ObjectNode fields = ((Item.Whole) item).sample().fields();
                rows.add(fields.without(List.of(RowReader.SUFFIX, RowReader.SOURCE_FILE)));
            }
        }
        return rows;
    }

    private static int sameNumber(JsonNode a, JsonNode b) {
        boolean same = a.equals(b) || a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0;
        return same ? 0 : 1;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
