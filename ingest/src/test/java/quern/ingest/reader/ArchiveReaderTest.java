package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static quern.ingest.reader.Documents.gzip;
import static quern.ingest.reader.Documents.read;
import static quern.ingest.reader.Documents.texts;
import static quern.ingest.reader.Documents.utf8;
import static quern.ingest.reader.OfficeDocuments.docx;
import static quern.ingest.reader.OfficeDocuments.join;
import static quern.ingest.reader.OfficeDocuments.paragraph;
import static quern.ingest.reader.OfficeDocuments.tar;
import static quern.ingest.reader.OfficeDocuments.warc;
import static quern.ingest.reader.OfficeDocuments.zip;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveReaderTest {

    @Test
    void shouldReadEveryKindOfFileInAnArchiveAndNameWhatItRefuses() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("0 a.txt", utf8("plain"));
        files.put("0 d/b.jsonl", utf8("{\"text\":\"one\"}\n{\"text\":\"two\"}\nbroken\n"));
        files.put("0 d/c.docx", docx(paragraph("word")));
        files.put("0 e.pdf", Documents.pdf("Page"));
        files.put("0 .hidden", utf8("no"));
        files.put("0 junk.bin", new byte[100]);
        files.put("0 empty.txt", new byte[0]);
        files.put("0 inner.zip", zip(Map.of("x.txt", utf8("x"))));
        files.put("0 inner.txt.gz", gzip(utf8("x")));
        files.put("0 z.txt", utf8("last"));
        Map<String, byte[]> zipped = new LinkedHashMap<>();
        files.forEach((name, content) -> zipped.put(name.substring(2), content));
        List<String> reasons = List.of("line is not valid JSON", "binary content of no known type", "no text in it",
                "archive within an archive", "compressed within an archive");
        for (var result : List.of(read("a.zip", zip(zipped)), read("a.tar", tar(files)), read("a.tgz",
                gzip(tar(files))))) {
            assertEquals(List.of("plain", "one", "two", "word", "Page", "last"), texts(result));
            assertEquals(reasons, result.refusals());
            assertEquals("d/b.jsonl", result.samples().get(1).fields().path("file").asText());
            assertEquals(6, result.samples().stream().map(sample -> sample.id()).distinct().count());
        }
    }

    @Test
    void shouldRefuseNamesThatLeadElsewhereAndWhatIsNoFile() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : List.of("0 ../up.txt", "0 /root.txt", "0 a/../../b.txt", "0 c:\\x.txt", "0 d\\..\\e.txt",
                "2 link.txt", "1 hard.txt", "3 device")) {
            files.put(name, utf8("secret"));
        }
        files.put("5 dir/", new byte[0]);
        files.put("0 good..txt", utf8("fine"));
        var result = read("a.tar", tar(files));
        assertEquals(List.of("fine"), texts(result));
        String unsafe = "archive entry with an unsafe name";
        String other = "archive entry is no file";
        assertEquals(List.of(unsafe, unsafe, unsafe, unsafe, unsafe, other, other, other), result.refusals());
        var zipped = read("a.zip", zip(Map.of("../../etc/cron.d/x", utf8("secret"))));
        assertEquals(List.of(unsafe), zipped.refusals());
    }

    @Test
    void shouldReadLongNamesOfBothKinds() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String name = "x/".repeat(80) + "long.txt";
        files.put("L ././@LongLink", utf8(name + "\0"));
        files.put("0 short", utf8("gnu"));
        String record = " path=" + name.replace("long", "pax") + "\n";
        files.put("x PaxHeader", utf8((record.length() + 3) + record));
        files.put("0 other", utf8("pax"));
        var result = read("a.tar", tar(files));
        assertEquals(List.of(name, name.replace("long", "pax")),
                result.samples().stream().map(sample -> sample.fields().path("file").asText()).toList());
    }

    @Test
    void shouldStopAtTheLimitsWhenAnArchiveOfFilesIsABomb() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 8; i++) {
            files.put(i + ".png", new byte[4 << 20]);
        }
        assertEquals(new ReadOutcome.TooLarge("unfolds into more than decompression-ratio-max times its size"),
                read("a.zip", zip(files)).outcome());
        Map<String, byte[]> tiny = new LinkedHashMap<>();
        for (int i = 0; i < 100_001; i++) {
            tiny.put(i + "", new byte[0]);
        }
        var limits = new ReadLimits(1 << 20, 1L << 30, 100_000);
        byte[] zip = zip(tiny);
        var reader = new DocumentReader(limits);
        assertEquals(new ReadOutcome.TooLarge("more than 100000 entries"),
                reader.inspect(Documents.of("a.zip", zip), new java.io.ByteArrayInputStream(zip)));
    }

    @Test
    void shouldGoOnFromAnyPositionOfAnArchiveOfRows(@TempDir Path directory) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("b.jsonl", utf8("{\"text\":\"one\"}\n{\"text\":\"two\"}\nbroken\n"));
        files.put("c.csv", utf8("text\nthree\nfour\n"));
        Path file = Files.write(directory.resolve("all.zip"), zip(files));
        List<String> all = RowReaderTest.rows(file);
        assertEquals(5, all.size());
        try (RowReader reader = RowReader.open(file, "id", Documents.LIMITS, Manner.ROWS)) {
            reader.seek("3");
            var fields = ((Item.Whole) reader.next()).sample().fields();
            assertEquals("three", fields.path("text").asText());
            assertEquals(".csv", fields.path(RowReader.SUFFIX).asText());
            assertEquals(file + "!/c.csv", fields.path(RowReader.SOURCE_FILE).asText());
        }
    }

    @Test
    void shouldReadThePagesOfAWebArchive() {
        byte[] chunked =
                utf8("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1e\r\n<html><body><p>A page.</p></b>\r\n5\r\n<p>B\n\r\n0\r\n\r\n");
        byte[] packed = join(utf8("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"),
                gzip(utf8("packed text")));
        byte[] file = join(warc("warcinfo", "", "application/warc-fields", utf8("software: x\r\n")),
                warc("request", "http://e.example/", "application/http;msgtype=request",
                        utf8("GET / HTTP/1.1\r\n\r\n")),
                warc("response", "http://e.example/a?q=1", "application/http;msgtype=response", chunked),
                warc("response", "http://e.example/b", "application/http", utf8("HTTP/1.1 404 No\r\n\r\nnot found")),
                warc("response", "http://e.example/c.txt", "application/http", packed),
                warc("conversion", "http://e.example/d", "text/plain", utf8("wet text é")));
        for (var result : List.of(read("a.warc", file), read("a.warc.gz", gzip(file)))) {
            assertEquals(List.of("A page.\n\nB", "packed text", "wet text é"), texts(result));
            assertEquals(List.of("HTTP answer that is no page"), result.refusals());
            assertEquals("http://e.example/a?q=1", result.samples().getFirst().fields().path("url").asText());
            assertEquals("2026-03-02T10:00:00Z", result.samples().getFirst().fields().path("date").asText());
        }
    }

    @Test
    void shouldReadRichTextWithItsCodePages() {
        String rtf = "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset204 Arial Cyr;}}"
                + "{\\colortbl;\\red0;}{\\*\\generator X;}{\\info{\\title no}}{\\header no}\n"
                + "\\pard Gr\\'fc\\'dfe \\u8364\\'80 {\\f1 \\'cf\\'f0\\'e8} \\{x\\}\\par\n"
                + "{\\pict\\wmetafile8 0102}{\\field{\\*\\fldinst HYPERLINK \"u\"}{\\fldrslt link}}\\line next\\par "
                + "\\trowd a\\cell b\\cell\\row\\trowd 1\\cell 2\\cell\\row\\pard "
                + "\\bin3 {{{after\\uc0\\u-10179\\u-8704\\par}";
        String expected = "Grüße € При {x}\n\nlink\nnext\n\na | b\n1 | 2\n\nafter😀";
        assertEquals(List.of(expected), texts(read("a.rtf", rtf.getBytes(Charset.forName("windows-1252")))));
        assertEquals(List.of(expected), texts(read("a.txt", utf8(rtf))));
        assertEquals(new ReadOutcome.Unreadable("nested too deeply"),
                read("a.rtf", utf8("{\\rtf1" + "{".repeat(100_000))).outcome());
    }

    @Test
    void shouldKeepSourceCodeAndTexAsTheyAre() {
        String java = "/* <html> */\nclass A {\n    int x;\n}\n";
        assertEquals(List.of(java), texts(read("A.java", utf8(java))));
        assertEquals(List.of("\\section{A} % c\n"), texts(read("a.tex", utf8("\\section{A} % c\n"))));
        assertEquals(List.of("{\"a\": 1}\n"), texts(read("a.js", utf8("{\"a\": 1}\n"))));
    }
}
