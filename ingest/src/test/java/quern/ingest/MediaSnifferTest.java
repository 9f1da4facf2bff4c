package quern.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MediaSnifferTest {

    @Test
    void shouldTakeTheNameOnlyWhereTheContentAllowsIt() {
        assertEquals(MediaType.MARKDOWN, sniff("# x", "a.MD", ""));
        assertEquals(MediaType.CSV, sniff("a,b\n1,2\n", "", "text/csv; charset=utf-8"));
        assertEquals(MediaType.CSV, sniff("a,b\n1,2\n", "a.csv", "text/plain"));
        assertEquals(MediaType.TEXT, sniff("a,b\n1,2\n", "", "application/octet-stream"));
        assertEquals(MediaType.JSONL, sniff("\n {\"a\":1}\n", "", ""));
        assertEquals(MediaType.TEXT, sniff("{ braces } in text\n", "a.jsonl", ""));
        assertEquals(MediaType.HTML, sniff("<?xml version=\"1.0\"?>\n<!-- c --><html>", "a.txt", ""));
        assertEquals(MediaType.TEXT, sniff("text about <html>", "a.html.txt", ""));
        assertEquals(MediaType.EML, sniff("Received: x\n\ty\nSubject: z\n\nbody", "", ""));
        assertEquals(MediaType.TEXT, sniff("Subject: a memo\nplain line\n\nbody", "", ""));
        assertEquals(MediaType.ZIP, sniff("PK\u0003\u0004\0\0", "a.txt", ""));
        assertEquals(MediaType.BINARY, sniff("MZ\u0003\u0004\0\0", "a.txt", ""));
        assertEquals(MediaType.GZIP, MediaSniffer.sniff(new byte[] {0x1F, (byte) 0x8B, 8}, "a.txt", ""));
    }

    @Test
    void shouldKnowEveryFormatByItsContentUnderAnyName() {
        for (String name : List.of("", "a.txt", "a.jsonl", "a.docx")) {
            assertEquals(MediaType.RTF, sniff("{\\rtf1 x}", name, ""));
            assertEquals(MediaType.WARC, sniff("WARC/1.0\r\nWARC-Type: x\r\n", name, ""));
            assertEquals(MediaType.PARQUET, sniff("PAR1\0\0", name, ""));
            assertEquals(MediaType.DOCX, sniff(zipHead("[Content_Types].xml", "word/document.xml"), name, ""));
            assertEquals(MediaType.XLSX, sniff(zipHead("docProps/app.xml", "xl/workbook.xml"), name, ""));
            assertEquals(MediaType.BINARY, sniff(zipHead("mimetype", "content.xml"), name, ""));
            assertEquals(MediaType.BINARY, sniff(zipHead("META-INF/MANIFEST.MF", "A.class"), name, ""));
            assertEquals(MediaType.ZIP, sniff(zipHead("a/b.txt", "c.docx"), name, ""));
            assertEquals(MediaType.TAR, sniff("a".repeat(257) + "ustar\00000" + "\0".repeat(300), name, ""));
        }
        assertEquals(MediaType.JSON, sniff("[\n {\"a\": 1}", "", ""));
        assertEquals(MediaType.JSON, sniff("{\n \"a\": 1}", "a.json", ""));
        assertEquals(MediaType.JSONL, sniff("{\"a\": 1}\n{\"a\": 2}", "a.json", ""));
        assertEquals(MediaType.TEXT, sniff("[not json]", "a.txt", ""));
        assertEquals(MediaType.TSV, sniff("a\tb", "a.tsv", ""));
        assertEquals(MediaType.TEX, sniff("<html> in TeX", "a.tex", ""));
        assertEquals(MediaType.SOURCE, sniff("{\"a\": 1}", "a.js", ""));
    }

    private static String zipHead(String... names) {
        StringBuilder head = new StringBuilder();
        for (String name : names) {
            head.append("PK\u0003\u0004").append("\0".repeat(22)).append((char) name.length()).append("\0\0\0")
                    .append(name);
        }
        return head.toString();
    }

    @Test
    void shouldNotRecurseOnHostileBeginnings() {
        for (String unit : List.of(" ", "\n", "<!---->", "<!--", "<?xml>", "From ", "From: a\n ", "a:", "{", "\"",
                "\t\n")) {
            String head = unit.repeat(20_000);
            for (String name : List.of("", "a.jsonl", "a.eml", "a.html", "a.mbox")) {
                assertNotNull(sniff(head, name, ""));
                assertNotNull(sniff("From: a\n" + head, name, ""));
            }
        }
    }

    private static MediaType sniff(String text, String name, String declared) {
        return MediaSniffer.sniff(text.getBytes(StandardCharsets.UTF_8), name, declared);
    }
}
