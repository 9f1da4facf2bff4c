package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.MediaSniffer;
import quern.ingest.Sample;
import quern.kv.journal.Ownership;

/** Documents made for tests, and all that reading one gave. */
final class Documents {

    static final ReadLimits LIMITS = new ReadLimits(1 << 20, 16 << 20, 100);

    record Result(List<Sample> samples, List<String> refusals, ReadOutcome outcome) {}

    private Documents() {}

    static Document of(String name, byte[] bytes) {
        return new Document(new DocumentId("a".repeat(64)), MediaSniffer.sniff(bytes, name, ""), name, bytes.length,
                List.of(Ownership.of("k", Set.of())), 0, 1);
    }

    static Result read(String name, byte[] bytes) {
        List<Sample> samples = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        var reader = new DocumentReader(LIMITS);
        try (Reading reading = reader.read(of(name, bytes), new ByteArrayInputStream(bytes))) {
            for (Item item = reading.next(); item != null; item = reading.next()) {
                switch (item) {
                    case Item.Whole whole -> samples.add(whole.sample());
                    case Item.Refused refused -> refusals.add(refused.reason());
                }
            }
            if (reading.outcome() instanceof ReadOutcome.Read read) {
                assertEquals(samples.size(), read.samples());
                assertEquals(refusals.size(), read.refused());
            } else {
                assertEquals(List.of(), samples);
            }
            return new Result(samples, refusals, reading.outcome());
        }
    }

    static List<String> texts(Result result) {
        return result.samples().stream().map(sample -> sample.fields().path("text").asText()).toList();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A page for each text; an empty one is a page without text. */
    static byte[] pdf(String... pages) {
        try (var pdf = new PDDocument()) {
            for (String text : pages) {
                var page = new PDPage();
                pdf.addPage(page);
                try (var content = new PDPageContentStream(pdf, page)) {
                    content.addRect(10, 10, 50, 50);
                    content.fill();
                    if (!text.isEmpty()) {
                        content.beginText();
                        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                        content.newLineAtOffset(72, 700);
                        content.showText(text);
                        content.endText();
                    }
                }
            }
            return bytes(pdf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] pdfWithStream(byte[] stream) {
        try (var pdf = new PDDocument()) {
            var page = new PDPage();
            pdf.addPage(page);
            page.setContents(new PDStream(pdf, new ByteArrayInputStream(stream), COSName.FLATE_DECODE));
            return bytes(pdf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(PDDocument pdf) throws IOException {
        var out = new ByteArrayOutputStream();
        pdf.save(out);
        return out.toByteArray();
    }
}
