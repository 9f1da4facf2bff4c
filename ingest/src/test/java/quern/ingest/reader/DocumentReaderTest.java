package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quern.ingest.reader.Documents.gzip;
import static quern.ingest.reader.Documents.of;
import static quern.ingest.reader.Documents.read;
import static quern.ingest.reader.Documents.texts;
import static quern.ingest.reader.Documents.utf8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.junit.jupiter.api.Test;
import quern.ingest.MediaType;
import quern.ingest.Sample;

class DocumentReaderTest {

    @Test
    void shouldMakeASampleOfEveryObjectAndAFlawOfEveryOtherLineOfJsonl() {
        var result = read("a.jsonl",
                utf8("{\"text\":\"o\u00E9\"}\r\n\n{\"text\":\"two\",\"n\":1}\n[1]\n{\"text\":\n{\"a\":1}{\n"));
        assertEquals(List.of("o\u00E9", "two"), texts(result));
        assertEquals(List.of("line is not a JSON object", "line is not valid JSON", "line is not valid JSON"),
                result.refusals());
        assertEquals(new ReadOutcome.Read(2, 3, PageCounts.NONE), result.outcome());
        Sample second = result.samples().get(1);
        assertEquals(1, second.fields().path("n").asInt());
        assertEquals(16, second.from());
        assertEquals(36, second.to());
    }

    @Test
    void shouldReadJsonlThroughGzipZstdAndUtf16() {
        byte[] plain = utf8("{\"text\":\"\uD83D\uDE00 one\"}\n{\"text\":\"two\"}\n");
        var utf16 = "\uFEFF{\"text\":\"\uD83D\uDE00 one\"}\n{\"text\":\"two\"}\n".getBytes(StandardCharsets.UTF_16LE);
        for (var result : List.of(read("a.jsonl.gz", gzip(plain)), read("a", gzip(plain)),
                read("a.jsonl.zst", com.github.luben.zstd.Zstd.compress(plain)), read("a.jsonl", utf16))) {
            assertEquals(List.of("\uD83D\uDE00 one", "two"), texts(result));
        }
    }

    @Test
    void shouldKeepWhatCameBeforeTheCutWhenAnArchiveIsTruncated() {
        StringBuilder lines = new StringBuilder();
        java.util.Random random = new java.util.Random(1);
        for (int i = 0; i < 5000; i++) {
            lines.append("{\"text\":\"").append(random.nextLong()).append("\"}\n");
        }
        byte[] whole = gzip(utf8(lines.toString()));
        var result = read("a.jsonl.gz", Arrays.copyOf(whole, whole.length / 2));
        var outcome = assertInstanceOf(ReadOutcome.Read.class, result.outcome());
        assertTrue(outcome.samples() > 1000 && outcome.samples() < 5000, outcome::toString);
        assertEquals(List.of("ends too early"), result.refusals());
        assertEquals(new ReadOutcome.Unreadable("ends too early"),
                read("a.jsonl.gz", Arrays.copyOf(whole, 30)).outcome());
    }

    @Test
    void shouldStopAtTheLimitsWhenAnArchiveIsABomb() {
        byte[] zeros = new byte[8 << 20];
        Arrays.fill(zeros, (byte) ' ');
        assertEquals("unfolds into more than decompression-ratio-max times its size",
                assertInstanceOf(ReadOutcome.TooLarge.class, read("a.jsonl.gz", gzip(zeros)).outcome()).reason());
        assertEquals("unfolds into more than decompression-ratio-max times its size",
                read("a.txt.zst", com.github.luben.zstd.Zstd.compress(zeros)).refusals().getFirst());
        assertEquals(new ReadOutcome.Unreadable("compressed twice"), read("a.gz", gzip(gzip(zeros))).outcome());
    }

    @Test
    void shouldFindTheCharsetOfPlainText() {
        String text = "Grüße, naïve café – 10 €\nzweite Zeile";
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE,
                Charset.forName("windows-1252"))) {
            assertEquals(List.of(text), texts(read("a.txt", text.getBytes(charset))), charset.name());
        }
        assertEquals(List.of(text), texts(read("a.txt", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8))));
        assertEquals(List.of("a\nb\nc"), texts(read("a.txt", utf8("a\r\nb\rc"))));
    }

    @Test
    void shouldKeepStructureAndDropMarkupOfMarkdown() {
        var result = read("a.md", utf8("""
                ---
                title: x
                ---
                Title
                =====

                Some *bold* [link](http://x.example) and `code`.

                ## Second
                - one
                - two
                  1. inner

                ```
                keep  this
                ```
                <div>inside <b>html</b></div>
                """));
        assertEquals(List.of("# Title\n\nSome bold link and code.\n\n## Second\n\n- one\n- two\n  1. inner\n\n"
                + "keep  this\n\ninside html"), texts(result));
    }

    @Test
    void shouldKeepTheMainTextOfAPage() {
        var result = read("a.html", utf8("""
                <!doctype html><html><head><title>T &amp; t</title><script>evil()</script></head>
                <body><nav>Home | About</nav><main><h1>Head
                line</h1><p>First   para<br>broken.</p><ul><li>one</li><li>two <b>x</b></li></ul>
                <table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
                <pre>  keep
                   this</pre></main><footer>imprint</footer></body></html>
                """));
        assertEquals(List.of("# Head line\n\nFirst para\nbroken.\n\n- one\n- two x\n\na | b\n1 | 2\n\n  keep\n   this"),
                texts(result));
        assertEquals("T & t", result.samples().getFirst().fields().path("title").asText());
    }

    @Test
    void shouldSurviveAPageThatIsNestedAMillionDeep() {
        var result = read("a.html", utf8("<html><body>" + "<div>".repeat(200_000) + "deep"));
        assertEquals(1, result.samples().size() + result.refusals().size());
    }

    @Test
    void shouldNotResolveEntitiesOrLoadAnything() {
        var result = read("a.html", utf8("<?xml version=\"1.0\"?>"
                + "<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                + "<html><body><p>before &x; after</p><img src=\"http://127.0.0.1:1/x\"></body></html>"));
        assertFalse(texts(result).getFirst().contains("root:"));
    }

    @Test
    void shouldMakeASampleOfEveryRowOfCsv() {
        var result = read("a.csv", utf8("id;text;\n1;\"a; b\"\"q\"\"\nline\";x\n2;plain\n3;a;b;c\n"));
        assertEquals(List.of("a; b\"q\"\nline", "plain"), texts(result));
        assertEquals("x", result.samples().getFirst().fields().path("column_3").asText());
        assertEquals(List.of("row has more cells than the header"), result.refusals());
        assertEquals(List.of("name: Ann\nage: 3"), texts(read("b.csv", utf8("name,age\nAnn,3\n"))));
    }

    @Test
    void shouldBoundARowWithAnOpenQuote() {
        var result = read("a.csv", utf8("text,b\n\"" + "x,\n".repeat(1_000_000)));
        assertEquals(new ReadOutcome.TooLarge("row larger than document-max"), result.outcome());
    }

    @Test
    void shouldReadMailWithHeadersAlternativesAndAttachments() {
        var result = read("a.eml", utf8("""
                From: Ann Example <ann@example.org>
                To: ben@example.org
                Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
                Date: Mon, 02 Mar 2026 10:00:00 +0100
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=B

                --B
                Content-Type: multipart/alternative; boundary=C

                --C
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Hello =E2=82=AC
                --C
                Content-Type: text/html

                <p>Hello html</p>
                --C--
                --B
                Content-Type: application/pdf; name="plan.pdf"
                Content-Disposition: attachment; filename="plan.pdf"
                Content-Transfer-Encoding: base64

                JVBERi0=
                --B--
                """));
        assertEquals(List.of("Hello €"), texts(result));
        var fields = result.samples().getFirst().fields();
        assertEquals("Grüße", fields.path("subject").asText());
        assertEquals("ann@example.org", fields.path("from").asText());
        assertEquals("2026-03-02T09:00:00Z", fields.path("date").asText());
        assertEquals("plan.pdf", fields.path("attachments").path(0).asText());
        var html = read("b.eml", utf8("From: a@b.c\nSubject: s\nContent-Type: text/html\n\n<h2>T</h2><p>x</p>\n"));
        assertEquals(List.of("## T\n\nx"), texts(html));
    }

    @Test
    void shouldSplitAMailboxAtItsFromLines() {
        var result = read("a.mbox", utf8("""
                From a@b.c Mon Mar  2 10:00:00 2026
                From: a@b.c
                Subject: one

                Body one
                >From quoted
                From here on nothing splits

                From d@e.f Tue Mar  3 10:00:00 2026
                Subject: empty
                X-A: b

                From d@e.f Tue Mar  3 11:00:00 2026
                From: d@e.f
                Subject: two

                Body two
                """));
        assertEquals(List.of("Body one\nFrom quoted\nFrom here on nothing splits", "Body two"), texts(result));
        assertEquals(List.of("message without text"), result.refusals());
    }

    @Test
    void shouldCountPagesAndSayWhichHaveNoText() {
        var mixed = read("a.pdf", Documents.pdf("", "Second page", "", "Fourth page"));
        assertEquals(List.of("Second page", "Fourth page"), texts(mixed));
        assertEquals(List.of(2, 4), mixed.samples().stream().map(Sample::page).toList());
        var outcome = assertInstanceOf(ReadOutcome.Read.class, mixed.outcome());
        assertEquals(new PageCounts(List.of(0, 11, 0, 11)), outcome.pages());
        assertEquals(2, outcome.pages().pagesWithoutText());
        assertEquals(2, outcome.refused());
    }

    @Test
    void shouldNotLookAtTheMachinesFontsWhenAPdfEmbedsNone() throws IOException {
        Path cache = Path.of(System.getProperty("user.home"), ".pdfbox.cache");
        FileTime before = Files.exists(cache) ? Files.getLastModifiedTime(cache) : null;
        assertEquals(List.of("Plain Helvetica"), texts(read("a.pdf", Documents.pdf("Plain Helvetica"))));
        assertEquals(before, Files.exists(cache) ? Files.getLastModifiedTime(cache) : null);
        assertEquals("LiberationSans", FontMappers.instance().getFontBoxFont("Helvetica", null).getFont().getName());
    }

    @Test
    void shouldEndAScanAsNoTextAndNeverAsAnEmptySample() {
        var scan = read("scan.pdf", Documents.pdf("", "", ""));
        assertEquals(new ReadOutcome.NoText(3), scan.outcome());
        assertEquals(List.of(), scan.samples());
        assertEquals(List.of("no text layer"), scan.refusals());
    }

    @Test
    void shouldRefusePdfStreamsThatUnfoldBeyondTheLimits() {
        byte[] pdf = Documents.pdfWithStream(new byte[80 << 20]);
        assertEquals(new ReadOutcome.TooLarge("pdf streams unfold beyond the limits"), read("a.pdf", pdf).outcome());
    }

    @Test
    void shouldGoByContentWhenTheNameIsWrong() {
        byte[] pdf = Documents.pdf("In a PDF");
        assertEquals(List.of("In a PDF"), texts(read("notes.txt", pdf)));
        assertEquals(List.of("plain words"), texts(read("x.pdf", utf8("plain words"))));
        assertEquals(List.of("one"), texts(read("x.txt", utf8("{\"text\":\"one\"}\n"))));
        assertEquals(List.of("not json at all"), texts(read("x.jsonl", utf8("not json at all"))));
        assertEquals(List.of("page"), texts(read("x.csv", utf8("<!DOCTYPE html><html><body>page</body></html>"))));
        assertEquals(MediaType.MBOX, of("m.eml",
                utf8("From a@b.c Mon Mar  2 10:00:00 2026\nSubject: x\n\nb\n")).mediaType());
    }

    @Test
    void shouldGiveEveryBadFileExactlyOneReason() {
        byte[] junk = new byte[5000];
        new java.util.Random(3).nextBytes(junk);
        assertEquals(new ReadOutcome.Unreadable("empty file"), read("a.txt", new byte[0]).outcome());
        assertEquals(new ReadOutcome.Unreadable("no text in it"), read("a.txt", utf8(" \n\n\t")).outcome());
        assertEquals(new ReadOutcome.Unreadable("binary content of no known type"), read("a.txt", junk).outcome());
        assertEquals(new ReadOutcome.Unreadable("damaged or of an unknown format"),
                read("a.pdf", utf8("%PDF-1.4 and nothing else")).outcome());
        assertEquals(new ReadOutcome.TooLarge("larger than document-max"),
                read("a.txt", utf8("x".repeat((1 << 20) + 1))).outcome());
        assertEquals(new ReadOutcome.Unreadable("no part of it could be read"),
                read("a.jsonl", utf8("{\"a\n")).outcome());
        assertInstanceOf(ReadOutcome.Unreadable.class,
                read("a.jsonl.zst", "(\u00B5/\u00FDxx".getBytes(StandardCharsets.ISO_8859_1)).outcome());
    }
}
