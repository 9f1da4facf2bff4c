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
        assertEquals(MediaType.BINARY, sniff("PK\u0003\u0004\0\0", "a.txt", ""));
        assertEquals(MediaType.GZIP, MediaSniffer.sniff(new byte[] {0x1F, (byte) 0x8B, 8}, "a.txt", ""));
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
