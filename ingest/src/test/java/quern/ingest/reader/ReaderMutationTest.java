package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quern.ingest.reader.Documents.gzip;
import static quern.ingest.reader.Documents.utf8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged files of every kind: whatever happens, one outcome, soon, and the sums add up. */
class ReaderMutationTest {

    private static final long SEED = 20260301;
    /** Of each format. */
    private static final int MUTATIONS = Boolean.getBoolean("quern.campaign") ? 5_000 : 500;

    private static Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] jsonl = utf8("{\"text\":\"one \u00E9\",\"n\":[1,{\"a\":null}]}\n".repeat(30));
        files.put("a.jsonl", jsonl);
        files.put("a.json", utf8("[" + "{\"text\":\"one \u00E9\",\n\"n\":[1,{\"a\":null}]},\n".repeat(30) + "{}]"));
        files.put("a.jsonl.gz", gzip(jsonl));
        files.put("a.jsonl.zst", com.github.luben.zstd.Zstd.compress(jsonl));
        files.put("a.txt", utf8("some text \u20AC\n".repeat(20)));
        files.put("a.md", utf8("# h\n\n> - a\n>   1. [b](c) *d* `e`\n\n```\nf\n```\n<b>g</b>\n".repeat(5)));
        files.put("a.html", utf8("<html><body><h1>a</h1><ul><li>b<table><tr><td>c</table></ul>&amp;<pre>d".repeat(5)));
        files.put("a.csv", utf8("a,b,text\n1,\"x\"\"y\n\",z\n2,,\n".repeat(10)));
        files.put("a.tsv", utf8("a\tb\ttext\n1\t\"x\"\"y\n\"\tz\n2\t\t\n".repeat(10)));
        files.put("a.pdf", Documents.pdf("First page", "", "Third"));
        files.put("a.eml", utf8("From: a@b.c\nSubject: =?utf-8?b?w6k=?=\nContent-Type: multipart/mixed; boundary=B\n\n"
                + "--B\nContent-Type: text/plain; charset=utf-8\n\nx\n--B\nContent-Disposition: attachment\n\ny\n"
                + "--B--\n"));
        files.put("a.mbox", utf8("From a@b.c Mon Mar  2 10:00:00 2026\nSubject: one\nX: y\n\nBody\n\n".repeat(4)));
        byte[] docx = OfficeDocuments.docx(OfficeDocuments.paragraph("one").repeat(20) + "<w:tbl><w:tr><w:tc>"
                + OfficeDocuments.paragraph("cell") + "</w:tc></w:tr></w:tbl>");
        files.put("a.docx", docx);
        files.put("a.xlsx", OfficeDocuments.xlsx(Map.of("S",
                ("<row><c r=\"A1\" t=\"s\"><v>0</v></c><c s=\"1\"><v>45000</v>"
                + "</c></row>").repeat(20))));
        files.put("a.rtf",
                utf8("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset204 A;}}{\\f0 \\'cf\\u8364?x}\\par {\\*\\z y}}".repeat(5)));
        files.put("a.warc", OfficeDocuments.join(
                OfficeDocuments.warc("response", "http://e.example/a", "application/http",
                        utf8("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>page</body></html>")),
                OfficeDocuments.warc("conversion", "http://e.example/d", "text/plain", utf8("wet text"))));
        files.put("a.zip", OfficeDocuments.zip(Map.of("a.txt", utf8("one"), "b.jsonl", jsonl, "c.docx", docx)));
        files.put("a.tar", OfficeDocuments.tar(Map.of("0 a.txt", utf8("one"), "0 b.jsonl", jsonl)));
        for (String name : List.of("snappy-2.0", "gzip-1.0", "lz4-1.0", "zstd-2.0", "delta", "bss")) {
            files.put(name + ".parquet", resource("/quern/ingest/parquet/" + name + ".parquet"));
        }
        return files;
    }

    private static byte[] resource(String name) {
        try (InputStream stream = ReaderMutationTest.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldEndInOneOutcomeWhenFilesAreDamagedAnywhere() {
        Map<String, byte[]> files = files();
        files.forEach((name, bytes) -> {
            Random random = new Random(SEED);
            int read = 0;
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] damaged = mutate(bytes, random);
                var result = assertTimeout(Duration.ofSeconds(20), () -> Documents.read(name, damaged),
                        name + ", mutation " + i + " of seed " + SEED);
                read += result.outcome() instanceof ReadOutcome.Read ? 1 : 0;
            }
            assertTrue(read > 0, name + ": of " + MUTATIONS + " files " + read + " were read");
        });
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int kind = random.nextInt(4);
        if (kind == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        } else if (kind == 1) {
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
        } else if (kind == 2) {
            int from = random.nextInt(bytes.length);
            Arrays.fill(bytes, from, Math.min(bytes.length, from + random.nextInt(64)), (byte) random.nextInt());
        } else {
            int from = random.nextInt(bytes.length);
            int to = random.nextInt(bytes.length);
            System.arraycopy(original, from, bytes, to, Math.min(bytes.length - Math.max(from, to), 100));
        }
        return bytes;
    }
}
