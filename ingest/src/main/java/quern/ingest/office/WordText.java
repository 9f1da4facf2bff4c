package quern.ingest.office;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import quern.ingest.LimitExceeded;
import quern.ingest.reader.StructuredText;

/**
 * The text of a word document: paragraphs, headings and items as in {@link StructuredText}, a table's row as a line
 * with cells between bars, then foot- and endnotes. Headers, footers, comments, deleted text and field codes are left
 * out.
 */
final class WordText {

    private static final int LEVELS_MAX = 6;

    private final ZipDirectory zip;
    private final long charactersMax;
    private final StructuredText out = new StructuredText();
    private final Map<String, Integer> headingLevels = new HashMap<>();
    private final Set<String> itemStyles = new HashSet<>();
    private long characters;
    private int tables;
    private int rows;
    private int cells;
    private int items;
    private boolean marked;

    private WordText(ZipDirectory zip, long charactersMax) {
        this.zip = zip;
        this.charactersMax = charactersMax;
    }

    static String of(ZipDirectory zip, long charactersMax) throws IOException {
        var text = new WordText(zip, charactersMax);
        if (zip.has("word/styles.xml")) {
            text.readStyles();
        }
        for (String part : new String[] {"word/document.xml", "word/footnotes.xml", "word/endnotes.xml"}) {
            if (zip.has(part) || part.equals("word/document.xml")) {
                text.read(part);
            }
        }
        return text.out.toString();
    }

    /** A heading's style has a name that no translation changes, whatever its id is. */
    private void readStyles() throws IOException {
        try (var xml = new SecureXml(zip.open("word/styles.xml"))) {
            String style = "";
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                if (event == XMLStreamConstants.START_ELEMENT && xml.name().equals("style")) {
                    style = xml.attribute("styleId");
                } else if (event == XMLStreamConstants.START_ELEMENT && xml.name().equals("name") && style != null) {
                    int level = level(xml.attribute("val"));
                    if (level > 0) {
                        headingLevels.put(style, level);
                    }
                } else if (event == XMLStreamConstants.START_ELEMENT && xml.name().equals("numPr") && style != null) {
                    itemStyles.add(style);
                }
            }
        }
    }

    private static int level(String name) {
        String lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
        if (lower.equals("title")) {
            return 1;
        }
        boolean heading = lower.length() == 9 && lower.startsWith("heading ") && Character.isDigit(lower.charAt(8));
        return heading ? Math.clamp(lower.charAt(8) - '0', 1, LEVELS_MAX) : 0;
    }

    private void read(String part) throws IOException {
        try (var xml = new SecureXml(zip.open(part))) {
            boolean inText = false;
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                switch (event) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        inText = xml.name().equals("t");
                        start(xml);
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        inText = false;
                        end(xml.name());
                    }
                    default -> {
                        if (inText) {
                            add(xml.text());
                        }
                    }
                }
            }
        }
        out.endBlock();
    }

    private void add(String text) throws LimitExceeded {
        characters += text.length();
        if (characters > charactersMax) {
            throw new LimitExceeded("text larger than document-max");
        }
        out.inline(text);
    }

    private void start(SecureXml xml) throws IOException {
        switch (xml.name()) {
            case "p" -> {
                if (tables == 0) {
                    out.endBlock();
                    marked = false;
                } else {
                    out.inline(" ");
                }
            }
            case "pStyle" -> style(xml.attribute("val"));
            case "numPr" -> item();
            case "tab", "ptab" -> out.inline(" ");
            case "br", "cr" -> {
                if (tables == 0) {
                    out.lineBreak();
                } else {
                    out.inline(" ");
                }
            }
            case "noBreakHyphen" -> out.inline("-");
            case "tbl" -> {
                tables++;
                items = 0;
                rows = tables == 1 ? 0 : rows;
            }
            case "tr" -> {
                if (tables == 1) {
                    rows++;
                    cells = 0;
                    out.beginTight("", rows == 1);
                }
            }
            case "tc" -> {
                cells++;
                out.inline(cells == 1 ? "" : " | ");
            }
            case "del", "moveFrom", "Fallback", "sectPr", "rPr", "tabs", "pPrChange" -> xml.skip();
            default -> { }
        }
    }

    private void style(String style) {
        int level = headingLevels.getOrDefault(style, level(spaced(style)));
        if (level > 0 && tables == 0) {
            out.begin("#".repeat(level) + " ");
            marked = true;
        } else if (itemStyles.contains(style)) {
            item();
        }
    }

    private void item() {
        if (tables == 0 && !marked) {
            items++;
            out.beginTight("- ", items == 1);
            marked = true;
        }
    }

    /** Files without a part of styles still call a style {@code Heading1}. */
    private static String spaced(String style) {
        return style == null ? "" : style.replaceFirst("^(?i)heading([1-9])$", "heading $1");
    }

    private void end(String name) {
        if (name.equals("p") && tables == 0) {
            out.endBlock();
            items = marked ? items : 0;
        } else if (name.equals("tbl")) {
            tables--;
            if (tables == 0) {
                out.endBlock();
            }
        } else if (name.equals("tr") && tables == 1) {
            out.endBlock();
        }
    }
}
