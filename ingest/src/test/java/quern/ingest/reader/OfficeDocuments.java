package quern.ingest.reader;

import static quern.ingest.reader.Documents.utf8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Zip, tar, office and web archive files made for tests. */
final class OfficeDocuments {

    private static final String W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    private static final String S = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
            + "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

    private OfficeDocuments() {}

    static byte[] zip(Map<String, byte[]> entries) {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** @param body content of {@code w:body} */
    static byte[] docx(String body) {
        return docx("", body, Map.of());
    }

    /** @param prolog before the document's element */
    static byte[] docx(String prolog, String body, Map<String, String> parts) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("[Content_Types].xml", utf8("<Types/>"));
        entries.put("word/document.xml", utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + prolog + "<w:document " + W
                + "><w:body>" + body + "</w:body></w:document>"));
        parts.forEach((name, content) -> entries.put(name, utf8(content.replace("<w:styles>", "<w:styles " + W + ">")
                .replace("<w:footnotes>", "<w:footnotes " + W + ">"))));
        return zip(entries);
    }

    static String paragraph(String text) {
        return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>";
    }

    static String styled(String style, String text) {
        return "<w:p><w:pPr><w:pStyle w:val=\"" + style + "\"/></w:pPr><w:r><w:t>" + text + "</w:t></w:r></w:p>";
    }

    /** @param sheets content of {@code sheetData} by sheet name; strings 0 and 1 are "name" and "Ann é" */
    static byte[] xlsx(Map<String, String> sheets) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        StringBuilder book = new StringBuilder("<workbook " + S + "><sheets>");
        StringBuilder relations = new StringBuilder("<Relationships>");
        int number = 0;
        for (var sheet : sheets.entrySet()) {
            number++;
            book.append("<sheet name=\"%s\" sheetId=\"%d\" r:id=\"rId%d\"/>".formatted(sheet.getKey(), number, number));
            relations.append("<Relationship Id=\"rId%d\" Target=\"worksheets/sheet%d.xml\"/>".formatted(number,
                    number));
            entries.put("xl/worksheets/sheet" + number + ".xml",
                    utf8("<worksheet " + S + "><sheetData>" + sheet.getValue() + "</sheetData></worksheet>"));
        }
        entries.put("xl/workbook.xml", utf8(book + "</sheets></workbook>"));
        entries.put("xl/_rels/workbook.xml.rels", utf8(relations + "</Relationships>"));
        entries.put("xl/sharedStrings.xml", utf8("<sst " + S
                + "><si><t>name</t></si><si><r><t>Ann</t></r><r><t> é</t></r>"
                + "<rPh><t>no</t></rPh></si></sst>"));
        entries.put("xl/styles.xml", utf8("<styleSheet " + S + "><numFmts><numFmt numFmtId=\"170\" "
                + "formatCode=\"[Red]yyyy\\-mm\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>"
                + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs></styleSheet>"));
        return zip(entries);
    }

    /** Entries as {@code type name} to content; type is the tar type flag. */
    static byte[] tar(Map<String, byte[]> entries) {
        var out = new ByteArrayOutputStream();
        entries.forEach((typeAndName, content) -> {
            byte[] header = new byte[512];
            put(header, 0, typeAndName.substring(2));
            put(header, 124, "%011o".formatted(content.length));
            put(header, 148, "        ");
            header[156] = (byte) typeAndName.charAt(0);
            put(header, 257, "ustar\00000");
            int sum = 0;
            for (byte b : header) {
                sum += b & 0xFF;
            }
            put(header, 148, "%06o\0".formatted(sum));
            out.writeBytes(header);
            out.writeBytes(content);
            out.writeBytes(new byte[-content.length & 511]);
        });
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    static byte[] warc(String type, String url, String contentType, byte[] block) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(utf8(("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-0000000000"
                + "01>\r\nWARC-Date: 2026-03-02T10:00:00Z\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n")
                .formatted(type, url.isEmpty() ? "" : "WARC-Target-URI: " + url + "\r\n", contentType, block.length)));
        out.writeBytes(block);
        out.writeBytes(utf8("\r\n\r\n"));
        return out.toByteArray();
    }

    static byte[] join(byte[]... pieces) {
        var out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }
}
