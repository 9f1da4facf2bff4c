package quern.ingest.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

class ParquetRowsTest {

    private static final String FIRST = "{\"text\":\"one é\",\"i8\":1,\"u64\":18446744073709551615,\"f32\":1.5,"
            + "\"f64\":0.1,\"b\":true,\"bin\":\"abc\",\"ts\":\"2026-03-02T10:00:00.123456\","
            + "\"tz\":\"2026-03-02T10:00:00Z\",\"date\":\"2026-03-02\",\"dec\":12.340,\"list\":[1,null,3],"
            + "\"ll\":[[\"a\"],null,[]],\"struct\":{\"a\":1,\"b\":[\"x\"]},"
            + "\"ls\":[{\"role\":\"user\",\"content\":\"hi\"},null],\"map\":{\"k\":1,\"l\":null},\"dict\":\"x\"}";
    private static final String NULLS =
            "\"list\":null,\"ll\":null,\"struct\":null,\"ls\":null,\"map\":null,\"dict\":null}";

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheSameRowsOfEveryCodecAndPageVersion() throws IOException {
        List<String> plain = rows("none-1.0");
        assertEquals(12, plain.size());
        assertEquals(FIRST, plain.getFirst());
        assertTrue(plain.get(1).contains("\"f32\":null") && plain.get(1).contains("\"bin\":\"/wA=\""), plain.get(1));
        assertTrue(plain.get(2).endsWith(NULLS), plain.get(2));
        for (String name : List.of("snappy-2.0", "gzip-1.0", "lz4-1.0", "zstd-2.0")) {
            assertEquals(plain, rows(name), name);
        }
    }

    @Test
    void shouldReadTheLaterEncodings() throws IOException {
        assertEquals("{\"text\":\"four 😀\",\"i8\":4,\"u64\":null}", rows("delta").get(3));
        assertEquals("{\"text\":\"\",\"f64\":1.0E300,\"f32\":null}", rows("bss").get(1));
        assertEquals("{\"text\":null,\"ts\":\"2026-03-02T10:00:00.123456Z\"}", rows("int96").get(2));
    }

    @Test
    void shouldPassOverRowsWithinAndAcrossRowGroups() throws IOException {
        List<String> all = rows("zstd-2.0");
        for (int skipped = 0; skipped <= all.size() + 1; skipped++) {
            try (ParquetRows rows = open(resource("zstd-2.0"), 1 << 20)) {
                assertEquals(Math.min(skipped, all.size()), rows.skip(skipped));
                assertEquals(all.subList(Math.min(skipped, all.size()), all.size()), rest(rows));
            }
        }
    }

    @Test
    void shouldNameTheCodecItDoesNotRead() throws IOException {
        try (ParquetRows rows = open(resource("brotli-1.0"), 1 << 20)) {
            assertEquals("parquet pages in brotli are not read",
                    assertThrows(Unreadable.class, rows::next).getMessage());
        }
    }

    @Test
    void shouldStopAtARowThatRepeatsOneStoredValueBeyondTheLimit() throws IOException {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 20_000; i++) {
            row.withArray("/a").add("the same value of some length again and again");
        }
        var shard = new ParquetShard();
        shard.look(row);
        var bytes = new ByteArrayOutputStream();
        List<ObjectNode> rows = new ArrayList<>(List.of(row));
        shard.write(() -> rows.isEmpty() ? null : rows.removeFirst(), bytes);
        assertTrue(bytes.size() < 20_000, "stored in " + bytes.size());
        Path file = Files.write(directory.resolve("a.parquet"), bytes.toByteArray());
        try (ParquetRows read = open(file, 100_000)) {
            assertEquals("row larger than document-max", assertThrows(LimitExceeded.class, read::next).getMessage());
        }
        try (ParquetRows read = open(file, 10_000_000)) {
            assertEquals(row, read.next().fields());
        }
    }

    @Test
    void shouldRefuseAPageThatUnfoldsBeyondTheLimits() throws IOException {
        ObjectNode row = JsonNodeFactory.instance.objectNode().put("text", "x".repeat(20 << 20));
        var shard = new ParquetShard();
        shard.look(row);
        var bytes = new ByteArrayOutputStream();
        List<ObjectNode> rows = new ArrayList<>(List.of(row));
        shard.write(() -> rows.isEmpty() ? null : rows.removeFirst(), bytes);
        Path file = Files.write(directory.resolve("a.parquet"), bytes.toByteArray());
        try (ParquetRows read = open(file, 1 << 30)) {
            assertEquals("parquet page unfolds beyond the limits",
                    assertThrows(LimitExceeded.class, read::next).getMessage());
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatIsCut() throws IOException {
        byte[] whole = Files.readAllBytes(resource("zstd-2.0"));
        Path file = directory.resolve("a.parquet");
        for (int length : List.of(4, 8, 100, whole.length - 1)) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThrows(Unreadable.class, () -> open(file, 1 << 20).close());
        }
    }

    private static ParquetRows open(Path file, long rowBytesMax) throws IOException {
        return ParquetRows.open(FileChannel.open(file), rowBytesMax, 64 << 20, 200);
    }

    private Path resource(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream stream = ParquetRowsTest.class.getResourceAsStream(name + ".parquet")) {
                Files.copy(stream, file);
            }
        }
        return file;
    }

    private List<String> rows(String name) throws IOException {
        try (ParquetRows rows = open(resource(name), 1 << 20)) {
            return rest(rows);
        }
    }

    private static List<String> rest(ParquetRows rows) throws IOException {
        List<String> all = new ArrayList<>();
        for (ParquetRows.Row row = rows.next(); row != null; row = rows.next()) {
            all.add(row.fields().toString());
        }
        return all;
    }
}
