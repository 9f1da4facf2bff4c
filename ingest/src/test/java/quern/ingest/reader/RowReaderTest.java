package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quern.ingest.reader.Documents.gzip;
import static quern.ingest.reader.Documents.utf8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowReaderTest {

    private static final String ROWS = """
            {"text":"one é","n":1,"m":{"a":[1,null,"x"]}}
            {"text":null,"n":"now a word"}
            {"text":{"nested":true}}
            broken
            {"other":1.5}
            """;

    @TempDir
    Path directory;

    @Test
    void shouldKeepEveryFieldOfEveryRowWhenTypesChange() throws IOException {
        Path file = write("Rows.JSONL", utf8(ROWS));
        assertEquals(List.of("{\"text\":\"one é\",\"n\":1,\"m\":{\"a\":[1,null,\"x\"]}}",
                "{\"text\":null,\"n\":\"now a word\"}", "{\"text\":{\"nested\":true}}", "line is not valid JSON",
                "{\"other\":1.5}"), rows(file));
        try (RowReader reader = open(file)) {
            ObjectNode first = ((Item.Whole) reader.next()).sample().fields();
            assertEquals(".jsonl", first.path(RowReader.SUFFIX).asText());
            assertEquals(file.toString(), first.path(RowReader.SOURCE_FILE).asText());
        }
    }

    @Test
    void shouldReadTheSameRowsOfEveryFormOfJson() throws IOException {
        String array = "\uFEFF[\n {\"text\":\"a\",\"n\":1},\n {\"text\":\"b\"}]\n";
        List<String> expected = List.of("{\"text\":\"a\",\"n\":1}", "{\"text\":\"b\"}");
        assertEquals(expected, rows(write("a.json", utf8(array))));
        assertEquals(expected, rows(write("b.json", array.getBytes(StandardCharsets.UTF_16LE))));
        assertEquals(expected, rows(write("c.json.gz", gzip(utf8(array)))));
        assertEquals(expected, rows(write("d.json", utf8("{\"text\":\"a\",\"n\":1}\n{\"text\":\"b\"}\n"))));
        assertEquals(expected, rows(write("e.json", utf8("{\n\"text\":\"a\",\n\"n\":1}\n{\"text\":\n\"b\"}"))));
        assertEquals(expected, rows(write("f.jsonl.zst",
                Zstd.compress(utf8("{\"text\":\"a\",\"n\":1}\n{\"text\":\"b\"}")))));
        assertEquals(List.of("{\"text\":\"a\"}", "value is not a JSON object", "not valid JSON"),
                rows(write("g.json", utf8("[{\"text\":\"a\"}, 7, {\"text\": oops}, {\"text\":\"lost\"}]"))));
    }

    @Test
    void shouldKeepCellsAsTheyStand() throws IOException {
        String csv = "id,text,note\n007,\"a, b\",\n8,\"\",x\n9\n";
        List<String> expected = List.of("{\"id\":\"007\",\"text\":\"a, b\",\"note\":null}",
                "{\"id\":\"8\",\"text\":\"\",\"note\":\"x\"}", "{\"id\":\"9\",\"text\":null,\"note\":null}");
        assertEquals(expected, rows(write("a.csv", utf8(csv))));
        assertEquals(expected, rows(write("a.tsv", utf8(csv.replace(",", "\t").replace("a\t b", "a, b")))));
    }

    @Test
    void shouldRefuseTheRowAndNotTheFileWhenACellIsNotUtf8() throws IOException {
        StringBuilder csv = new StringBuilder("text,n\n");
        for (int i = 0; i < 20_000; i++) {
            csv.append("row é ").append(i).append(",1\n");
        }
        byte[] bytes = utf8(csv.toString());
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("row \u00C3\u00A9 15000") + 5;
        bytes[at] = 'x';
        List<String> rows = rows(write("a.csv", bytes));
        assertEquals(20_000, rows.size());
        assertEquals("row is not UTF-8", rows.get(15_000));
        assertEquals("{\"text\":\"row é 15001\",\"n\":\"1\"}", rows.get(15_001));
    }

    @Test
    void shouldKeepNulsAndLoneSurrogatesAndRefuseOnlyTheLineThatIsNoJson() throws IOException {
        String row = "{\"text\":\"a\\u0000b \\ud83d c\"}\n";
        assertEquals(List.of("{\"text\":\"a\\u0000b \uD83D c\"}", "line is not valid JSON", "{\"text\":\"x\"}"),
                rows(write("a.jsonl", utf8(row + "{\"text\":\"\0\0\0\0\"}\n{\"text\":\"x\"}\n"))));
        String cells = "text,n\n\"a\0b 😀\"," + "1".repeat(100) + "\n";
        assertEquals(List.of("{\"text\":\"a\\u0000b 😀\",\"n\":\"" + "1".repeat(100) + "\"}"),
                rows(write("a.csv", utf8(cells))));
        assertEquals(List.of("{\"text\":\"one\\u0000two\"}"), rows(write("a.txt", utf8("one\0two"))));
    }

    @Test
    void shouldTakeNothingButOneObjectInUtf8ForARow() throws IOException {
        String bad = "line is not valid JSON";
        assertEquals(List.of("{}", "{\"a\":\"é\"}", bad, bad, bad, "{\"a\":1}", "{\"a\":2}", bad, "line is not UTF-8"),
                rows(write("a.jsonl", bytes("{}\n{\"a\":\"\u00C3\u00A9\"}\r\n{} {}\n{\"a\":1}{}\n{\0\"\0}\0\n"
                        + " {\"a\":1}\n{\"a\":2} \u00E3\u0080\u0080\n\u00EF\u00BB\u00BF{}\n"
                        + "{\"a\":\"\u00ED\u00A0\u0080\"}"))));
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void shouldGoOnFromAnyPositionAsIfNeverStopped() throws IOException {
        List<Path> files = List.of(write("a.jsonl", utf8("\uFEFF" + ROWS)), write("b.jsonl.gz", gzip(utf8(ROWS))),
                write("c.csv", utf8("a,b\n1,é\n2,y,z\n3,x\n")), write("d.txt", utf8("some text")),
                write("e.json", utf8("[{\"a\":1},{\"b\":2},3]")));
        for (Path file : files) {
            List<String> all = idsAndRows(open(file));
            for (int taken = 0; taken <= all.size(); taken++) {
                String position;
                try (RowReader reader = open(file)) {
                    for (int i = 0; i < taken; i++) {
                        reader.next();
                    }
                    position = reader.position();
                }
                RowReader resumed = open(file);
                resumed.seek(position);
                assertEquals(all.subList(taken, all.size()), idsAndRows(resumed), file + " from " + position);
            }
        }
    }

    @Test
    void shouldMakeOneSampleOfAFileOfOneText() throws IOException {
        assertEquals(List.of("{\"text\":\"# *raw* markdown\"}"), rows(write("a.md", utf8("# *raw* markdown"))));
        assertEquals(List.of("{\"text\":\"First\\nSecond\"}"), rows(write("a.pdf", Documents.pdf("First", "Second"))));
        String page = "<html><body><p>shown</p></body></html>";
        assertEquals(List.of("{\"text\":\"shown\"}"), rows(write("a.html", utf8(page))));
        try (RowReader raw = RowReader.open(directory.resolve("a.html"), "id", Documents.LIMITS, Manner.DATA_JUICER)) {
            assertEquals(page, ((Item.Whole) raw.next()).sample().fields().path("text").asText());
        }
    }

    @Test
    void shouldGiveOneReasonWhenThereIsNothingToRead() throws IOException {
        assertEquals(List.of("empty file"), rows(write("a.jsonl", new byte[0])));
        assertEquals(List.of("file cannot be opened"), rows(directory.resolve("absent.jsonl")));
    }

    @Test
    void shouldListFilesOfADirectoryInOneOrderWithoutHiddenOnes() throws IOException {
        Files.createDirectories(directory.resolve("b/.git"));
        for (String name : List.of("b/z.txt", "b/.git/x.txt", "a.JSONL", ".hidden", "c.md")) {
            write(name, utf8("x"));
        }
        Files.createSymbolicLink(directory.resolve("link.txt"), directory.resolve("b/z.txt"));
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        assertEquals(List.of("a.JSONL", "b/z.txt", "c.md", "link.txt"), names(List.of()));
        assertEquals(List.of("a.JSONL", "c.md"), names(List.of("jsonl", ".md")));
        Path one = directory.resolve("c.md");
        assertEquals(List.of(one), DatasetFiles.below(one, List.of()));
    }

    private List<String> names(List<String> suffixes) throws IOException {
        return DatasetFiles.below(directory, suffixes).stream().map(p -> directory.relativize(p).toString()).toList();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static RowReader open(Path file) {
        return RowReader.open(file, "id", Documents.LIMITS, Manner.ROWS);
    }

    /** Each row as JSON without what the reader added, each refusal as its reason. */
    static List<String> rows(Path file) {
        List<String> rows = new ArrayList<>();
        try (RowReader reader = open(file)) {
            for (Item item = reader.next(); item != null; item = reader.next()) {
                rows.add(shown(item));
            }
            assertNull(reader.next());
        }
        return rows;
    }

    private static List<String> idsAndRows(RowReader reader) {
        List<String> rows = new ArrayList<>();
        try (reader) {
            for (Item item = reader.next(); item != null; item = reader.next()) {
                String shown = shown(item);
                rows.add(item instanceof Item.Whole whole ? whole.sample().id() + shown : shown);
                assertTrue(rows.size() < 100);
            }
        }
        return rows;
    }

    private static String shown(Item item) {
        return switch (item) {
            case Item.Whole whole -> whole.sample().fields().without(List.of(RowReader.SUFFIX, RowReader.SOURCE_FILE))
                    .toString();
            case Item.Refused refused -> refused.reason();
        };
    }
}
