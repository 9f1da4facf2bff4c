package quern.curation.qa;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the structure of plain or Markdown text line by line: headings ({@code #}, underlined, or a short line above
 * text), list items, table rows between bars, paragraphs.
 */
final class Outline {

    private static final int HEADING_WORDS_MAX = 8;
    private static final int LINE_CHARACTERS_MAX = 4000;
    private static final Pattern HASHES = Pattern.compile("\\s{0,3}(#{1,6})\\s+(.+?)\\s*#*\\s*");
    private static final Pattern UNDERLINE = Pattern.compile("\\s{0,3}(=+|-{2,})\\s*");
    private static final Pattern BULLET = Pattern.compile("\\s*(?:[-*+\u2022\u25E6\u2023]|\\d{1,3}[.)])\\s+(\\S.*)");
    private static final Pattern TABLE_RULE = Pattern.compile("[\\s|:+-]*-[\\s|:+-]*");

    private final String text;
    private final List<Span> lines = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private int paragraphFrom = -1;
    private int paragraphTo;
    private boolean inTable;

    private Outline(String text) {
        this.text = text;
        for (int from = 0; from <= text.length(); ) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            lines.add(new Span(from, end));
            from = end + 1;
        }
    }

    static List<Block> of(String text) {
        Outline outline = new Outline(text);
        for (int i = 0; i < outline.lines.size(); i++) {
            i += outline.read(i);
        }
        outline.endParagraph();
        return outline.blocks;
    }

    /** Takes in one line. @return how many lines after it are taken in too */
    private int read(int index) {
        Span line = lines.get(index);
        String content = text.substring(line.from(), Math.min(line.to(), line.from() + LINE_CHARACTERS_MAX));
        if (content.isBlank()) {
            endParagraph();
            inTable = false;
            return 0;
        }
        Matcher hashes = HASHES.matcher(content);
        if (hashes.matches()) {
            heading(hashes.group(1).length(), line.from() + hashes.start(2), line.from() + hashes.end(2), true);
            return 0;
        }
        boolean underlined = index + 1 < lines.size() && paragraphFrom < 0 && isShort(content)
                && UNDERLINE.matcher(content(index + 1)).matches();
        if (underlined) {
            heading(content(index + 1).strip().startsWith("=") ? 1 : 2, line.from(), line.to(), true);
            return 1;
        }
        if (content.strip().startsWith("|") || content.chars().filter(c -> c == '|').count() > 1) {
            row(line, content);
            return 0;
        }
        inTable = false;
        Matcher bullet = BULLET.matcher(content);
        if (bullet.matches()) {
            endParagraph();
            int more = continuation(index);
            blocks.add(new Block.Item(Span.trimmed(text, line.from() + bullet.start(1), lines.get(index + more).to(),
                    "")));
            return more;
        }
        if (paragraphFrom < 0 && isTitle(index, content)) {
            heading(blocks.isEmpty() ? 1 : 2, line.from(), line.to(), false);
        } else if (paragraphFrom < 0 && FactFinder.isLabelled(content) && isAlone(index)) {
            blocks.add(new Block.Item(Span.trimmed(text, line.from(), line.to(), "")));
        } else {
            paragraphFrom = paragraphFrom < 0 ? line.from() : paragraphFrom;
            paragraphTo = line.to();
        }
        return 0;
    }

    /** Indented lines below a list item that belong to it. */
    private int continuation(int index) {
        int more = 0;
        while (index + more + 1 < lines.size()) {
            String next = content(index + more + 1);
            if (next.isBlank() || !Character.isWhitespace(next.charAt(0)) || BULLET.matcher(next).matches()) {
                break;
            }
            more++;
        }
        return more;
    }

    /** Whether no running text follows on the next line. */
    private boolean isAlone(int index) {
        if (index + 1 >= lines.size()) {
            return true;
        }
        String next = content(index + 1);
        return next.isBlank() || FactFinder.isLabelled(next) || BULLET.matcher(next).matches()
                || HASHES.matcher(next).matches();
    }

    private void heading(int level, int from, int to, boolean marked) {
        endParagraph();
        inTable = false;
        Span span = Span.trimmed(text, from, to, "*_`:");
        if (!span.isEmpty()) {
            blocks.add(new Block.Heading(level, span, marked));
        }
    }

    private void row(Span line, String content) {
        endParagraph();
        if (TABLE_RULE.matcher(content).matches()) {
            return;
        }
        List<Span> cells = new ArrayList<>();
        Span inner = Span.trimmed(text, line.from(), line.to(), "|");
        for (int from = inner.from(); from <= inner.to(); ) {
            int bar = text.indexOf('|', from);
            int end = bar < 0 || bar > inner.to() ? inner.to() : bar;
            cells.add(Span.trimmed(text, from, end, "*_`"));
            from = end + 1;
        }
        blocks.add(new Block.Row(cells, !inTable));
        inTable = true;
    }

    /** A short line without a full stop, alone or first, with text below it. */
    private boolean isTitle(int index, String content) {
        boolean alone = index + 1 >= lines.size() || content(index + 1).isBlank();
        boolean followed = false;
        for (int i = index + 1; i < lines.size() && i < index + 4; i++) {
            followed |= !content(i).isBlank();
        }
        boolean named = isShort(content) && !FactFinder.isLabelled(content)
                && Character.isLetterOrDigit(content.strip().codePointAt(0));
        return named && followed && (alone || blocks.isEmpty() && index == firstLine());
    }

    private static boolean isShort(String content) {
        String line = content.strip();
        boolean sentence = line.matches("(?s).*[.!?,;:\\u3002]$");
        return !sentence && line.split("\\s+").length <= HEADING_WORDS_MAX;
    }

    private int firstLine() {
        int i = 0;
        while (i < lines.size() && content(i).isBlank()) {
            i++;
        }
        return i;
    }

    private String content(int index) {
        Span line = lines.get(index);
        return text.substring(line.from(), Math.min(line.to(), line.from() + LINE_CHARACTERS_MAX));
    }

    private void endParagraph() {
        if (paragraphFrom >= 0) {
            blocks.add(new Block.Paragraph(Span.trimmed(text, paragraphFrom, paragraphTo, "")));
            paragraphFrom = -1;
        }
    }
}
