package quern.ingest.office;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamConstants;
import quern.ingest.LimitExceeded;

/**
 * The rows of a workbook's sheets in order, as objects: in each sheet the first row with a cell names the columns.
 * Numbers are numbers, dates are text in ISO 8601, formulas are the values they had. With several sheets each row has
 * a field {@code sheet}. Shared strings are held in memory; rows stream.
 */
final class Workbook implements AutoCloseable {

    private record Sheet(String name, String part) {}

    private final ZipDirectory zip;
    private final long charactersMax;
    private final List<Sheet> sheets = new ArrayList<>();
    private final List<String> strings = new ArrayList<>();
    private NumberStyles styles = new NumberStyles(false);
    private int sheetIndex;
    private SheetRows rows;

    Workbook(ZipDirectory zip, long charactersMax) throws IOException {
        this.zip = zip;
        this.charactersMax = charactersMax;
        readSheets(targets());
        if (zip.has("xl/styles.xml")) {
            styles.read(zip, "xl/styles.xml");
        }
        if (zip.has("xl/sharedStrings.xml")) {
            readStrings();
        }
    }

    /** Parts by relationship id. */
    private Map<String, String> targets() throws IOException {
        Map<String, String> targets = new HashMap<>();
        try (var xml = new SecureXml(zip.open("xl/_rels/workbook.xml.rels"))) {
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                boolean internal = event == XMLStreamConstants.START_ELEMENT && xml.name().equals("Relationship")
                        && xml.attribute("Id") != null && xml.attribute("Target") != null
                        && !"External".equals(xml.attribute("TargetMode"));
                if (internal) {
                    String target = xml.attribute("Target");
                    targets.put(xml.attribute("Id"), target.startsWith("/") ? target.substring(1) : "xl/" + target);
                }
            }
        }
        return targets;
    }

    private void readSheets(Map<String, String> targets) throws IOException {
        try (var xml = new SecureXml(zip.open("xl/workbook.xml"))) {
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                if (event != XMLStreamConstants.START_ELEMENT) {
                    continue;
                } else if (xml.name().equals("workbookPr") && xml.attribute("date1904") != null) {
                    styles = new NumberStyles(!xml.attribute("date1904").equals("0")
                            && !xml.attribute("date1904").equals("false"));
                } else if (xml.name().equals("sheet")) {
                    String part = targets.get(xml.attribute("id"));
                    if (part != null && zip.has(part)) {
                        sheets.add(new Sheet(String.valueOf(xml.attribute("name")), part));
                    }
                }
            }
        }
    }

    private void readStrings() throws IOException {
        try (var xml = new SecureXml(zip.open("xl/sharedStrings.xml"))) {
            StringBuilder text = new StringBuilder();
            long characters = 0;
            boolean inText = false;
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                if (event == XMLStreamConstants.CHARACTERS) {
                    text.append(inText ? xml.text() : "");
                } else if (event == XMLStreamConstants.START_ELEMENT) {
                    inText = xml.name().equals("t");
                    if (xml.name().equals("rPh")) {
                        xml.skip();
                    }
                } else {
                    inText = false;
                    if (xml.name().equals("si")) {
                        characters += text.length() + 16;
                        strings.add(text.toString());
                        text.setLength(0);
                    }
                }
                if (characters + text.length() > charactersMax) {
                    throw new LimitExceeded("strings of the workbook larger than document-max");
                }
            }
        }
    }

    /** The next row, or null after the last sheet. */
    ObjectNode next() throws IOException {
        while (true) {
            if (rows == null) {
                if (sheetIndex == sheets.size()) {
                    return null;
                }
                Sheet sheet = sheets.get(sheetIndex++);
                rows = new SheetRows(new SecureXml(zip.open(sheet.part())), strings, styles, charactersMax);
            }
            ObjectNode row = rows.next();
            if (row != null) {
                if (sheets.size() > 1 && !row.has("sheet")) {
                    row.put("sheet", sheets.get(sheetIndex - 1).name());
                }
                return row;
            }
            close();
        }
    }

    @Override
    public void close() throws IOException {
        if (rows != null) {
            rows.close();
            rows = null;
        }
    }
}
