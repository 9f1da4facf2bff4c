package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static quern.ingest.reader.Documents.read;
import static quern.ingest.reader.Documents.texts;
import static quern.ingest.reader.Documents.utf8;
import static quern.ingest.reader.OfficeDocuments.docx;
import static quern.ingest.reader.OfficeDocuments.paragraph;
import static quern.ingest.reader.OfficeDocuments.styled;
import static quern.ingest.reader.OfficeDocuments.xlsx;
import static quern.ingest.reader.OfficeDocuments.zip;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OfficeReaderTest {

    @Test
    void shouldKeepTheStructureOfAWordDocument() {
        String item = "<w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>";
        String cell = "<w:tc>" + paragraph("%s") + "</w:tc>";
        String body = styled("Titre1", "Chapitre é") + "<w:p><w:r><w:t>Some </w:t></w:r><w:del><w:r><w:delText>old"
                + "</w:delText><w:t>gone</w:t></w:r></w:del><w:r>"
                + "<w:t xml:space=\"preserve\"> text</w:t><w:tab/><w:t>tab</w:t><w:br/><w:t>line</w:t></w:r></w:p>"
                + item.formatted("one") + item.formatted("two")
                + "<w:tbl><w:tr>" + cell.formatted("a") + cell.formatted("b") + "</w:tr><w:tr>" + cell.formatted("1")
                + cell.formatted("2") + "</w:tr></w:tbl>" + styled("Listenabsatz", "bullet")
                        + paragraph("&lt;end&gt; 😀");
        var result = read("a.docx", docx("", body, Map.of(
                "word/styles.xml", "<w:styles><w:style w:styleId=\"Titre1\"><w:name w:val=\"heading 1\"/></w:style>"
                        + "<w:style w:styleId=\"Listenabsatz\"><w:name w:val=\"List\"/><w:pPr><w:numPr/>"
                        + "</w:pPr></w:style>"
                        + "</w:styles>",
                "word/footnotes.xml", "<w:footnotes>" + paragraph("a note") + "</w:footnotes>",
                "word/header1.xml", "<w:hdr/>")));
        assertEquals(List.of("# Chapitre é\n\nSome text tab\nline\n\n- one\n- two\n\na | b\n1 | 2\n\n- bullet\n\n"
                + "<end> 😀\n\na note"), texts(result));
    }

    @Test
    void shouldMakeASampleOfEveryRowOfEverySheet() {
        String people =
                "<row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>born</t></is></c></row>"
                + "<row/><row><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>45000</v></c>"
                + "<c r=\"D2\" t=\"b\"><v>1</v></c></row>"
                + "<row><c r=\"B3\"><f>1+1</f><v>2.5</v></c></row>";
        Map<String, String> sheets = new LinkedHashMap<>();
        sheets.put("People", people);
        sheets.put("Months", "<row><c t=\"str\"><v>m</v></c></row><row><c s=\"2\"><v>59</v></c></row>"
                + "<row><c s=\"1\"><v>1.5</v></c></row><row><c t=\"e\"><v>#DIV/0!</v></c></row>");
        var result = read("a.xlsx", xlsx(sheets));
        assertEquals(List.of("{\"name\":\"Ann é\",\"born\":\"2023-03-15\",\"column_4\":true,\"sheet\":\"People\","
                + "\"text\":\"name: Ann é\\nborn: 2023-03-15\\ncolumn_4: true\\nsheet: People\"}",
                "{\"name\":null,\"born\":2.5,\"sheet\":\"People\",\"text\":\"born: 2.5\\nsheet: People\"}"),
                result.samples().subList(0, 2).stream().map(sample -> sample.fields().toString()).toList());
        assertEquals(List.of("1900-02-28", "1900-01-01T12:00", "#DIV/0!"), result.samples().subList(2, 5).stream()
                .map(sample -> sample.fields().path("m").asText()).toList());
    }

    @Test
    void shouldResolveNoEntityAndRefuseDocumentTypes() {
        for (String type : List.of("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
                "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY x \"&b;&b;&b;\">]>",
                "<!DOCTYPE d SYSTEM \"http://127.0.0.1:1/x.dtd\">")) {
            var result = read("a.docx", docx(type, paragraph("before &x; after"), Map.of()));
            assertEquals(List.of(), texts(result), type);
            assertEquals(List.of("office file with a document type"), result.refusals());
        }
        var undeclared = read("a.docx", docx(paragraph("before &x; after")));
        assertFalse(texts(undeclared).toString().contains("root:"));
        assertEquals(1, undeclared.refusals().size());
    }

    @Test
    void shouldStopAtTheLimitsWhenAnOfficeFileIsABomb() {
        byte[] bomb = docx("", paragraph("x"),
                Map.of("word/styles.xml", "<w:styles>" + " ".repeat(12 << 20) + "</w:styles>"));
        assertEquals(new ReadOutcome.TooLarge("office file unfolds beyond the limits"), read("a.docx", bomb).outcome());
        byte[] large = docx(paragraph("word ".repeat(300_000)));
        assertEquals(new ReadOutcome.TooLarge("text larger than document-max"), read("a.docx", large).outcome());
        String row = "<row>" + "<c t=\"str\"><v>" + "x".repeat(1000) + "</v></c></row>";
        assertEquals(ReadOutcome.TooLarge.class, read("a.xlsx", xlsx(Map.of("S", "<row><c t=\"str\"><v>"
                + "y".repeat(2 << 20) + "</v></c></row>" + row))).outcome().getClass());
    }

    @Test
    void shouldReadUtf16AndRefuseWhatIsNotUtf8WithoutPrinting() {
        String document = "<?xml version=\"1.0\"?><document><body><p><r><t>é 😀</t></r></p></body></document>";
        assertEquals(List.of("é 😀"), texts(read("a.docx", zip(Map.of("word/document.xml",
                ("\uFEFF" + document).getBytes(StandardCharsets.UTF_16LE))))));
        PrintStream before = System.err;
        var printed = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertEquals(List.of("not UTF-8"), read("a.docx", zip(Map.of("word/document.xml",
                    document.getBytes(StandardCharsets.ISO_8859_1)))).refusals());
        } finally {
            System.setErr(before);
        }
        assertEquals("", printed.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSayWhyAnOfficeFileIsNotRead() {
        byte[] ole = new byte[600];
        System.arraycopy(new byte[] {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, (byte) 0xA1, (byte) 0xB1, 0x1A,
            (byte) 0xE1}, 0, ole, 0, 8);
        assertEquals(new ReadOutcome.Unreadable("office file of before 2007, or with a password"),
                read("a.docx", ole).outcome());
        byte[] whole = docx(paragraph("x"));
        assertEquals(new ReadOutcome.Unreadable("ends too early"),
                read("a.docx", Arrays.copyOf(whole, whole.length - 30)).outcome());
        assertEquals(new ReadOutcome.Unreadable("damaged XML"), read("a.docx", docx("<w:p><w:r></w:p>")).outcome());
        assertEquals(new ReadOutcome.Unreadable("nested too deeply"),
                read("a.docx", docx("<w:p>".repeat(1000) + "x" + "</w:p>".repeat(1000))).outcome());
        byte[] slides = zip(Map.of("[Content_Types].xml", utf8("<a/>")));
        assertEquals(new ReadOutcome.Unreadable("office file of a kind that is not read"),
                read("a.docx", slides).outcome());
        assertEquals(new ReadOutcome.Unreadable("no text in it"), read("a.docx", docx(paragraph(""))).outcome());
    }
}
