package quern.ingest.reader;

/**
 * Plain text that keeps a document's structure the way Markdown writes it: {@code # heading}, {@code - item}, cells
 * between bars, one blank line between blocks.
 */
public final class StructuredText {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder line = new StringBuilder();
    private String prefix = "";
    private boolean tight;
    private boolean rowBefore;

    /** Text of the block at hand; runs of white space are one space. */
    public void inline(String run) {
        for (int i = 0; i < run.length(); i++) {
            char c = run.charAt(i);
            boolean space = Character.isWhitespace(c) || c == '\u00A0';
            if (!space) {
                line.append(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' '
                    && line.charAt(line.length() - 1) != '\n') {
                line.append(' ');
            }
        }
    }

    /** A line end that the author wanted. */
    public void lineBreak() {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ') {
            end--;
        }
        line.setLength(end);
        line.append('\n');
    }

    /** Ends the block at hand, if it has text. */
    public void endBlock() {
        String block = line.toString().strip();
        line.setLength(0);
        if (!block.isEmpty()) {
            separate();
            text.append(prefix).append(block);
            prefix = "";
            tight = false;
            rowBefore = false;
        }
    }

    /** Ends the block at hand and begins one with a mark before its text. */
    public void begin(String mark) {
        endBlock();
        prefix = mark;
    }

    /** Begins an item or row, which stands directly below the one before. */
    public void beginTight(String mark, boolean first) {
        begin(mark);
        tight = !first;
    }

    /** Ends a row whose every cell was followed by a bar; rows stand directly below each other. */
    public void endRow() {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '|')) {
            end--;
        }
        line.setLength(end);
        tight = rowBefore;
        endBlock();
        rowBefore = true;
    }

    /** A block that keeps its line ends and spaces. */
    public void verbatim(String block) {
        endBlock();
        if (!block.isBlank()) {
            separate();
            text.append(block.stripTrailing());
        }
    }

    private void separate() {
        if (!text.isEmpty()) {
            text.append(tight ? "\n" : "\n\n");
        }
        tight = false;
    }

    @Override
    public String toString() {
        endBlock();
        return text.toString();
    }
}
