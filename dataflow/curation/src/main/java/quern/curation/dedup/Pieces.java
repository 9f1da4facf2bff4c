package quern.curation.dedup;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a text is cut into pieces that may be repeated elsewhere. */
public enum Pieces {
    /** At each line feed. */
    LINE,
    /** At lines without anything but white space. */
    PARAGRAPH,
    /** At the ends of sentences, as {@link BreakIterator} finds them. */
    SENTENCE;

    /**
     * A piece: characters {@code from} to {@code to}, and what separates it from the next up to {@code end}, where that
     * begins.
     */
    record Piece(int from, int to, int end) {}

    /** All pieces in order; together they are the text. */
    List<Piece> of(String text) {
        return switch (this) {
            case LINE -> lines(text);
            case PARAGRAPH -> paragraphs(text);
            case SENTENCE -> sentences(text);
        };
    }

    private static List<Piece> lines(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            pieces.add(end < 0 ? new Piece(from, text.length(), text.length()) : new Piece(from, end, end + 1));
            from = end < 0 ? text.length() : end + 1;
        }
        return pieces;
    }

    /** Blank lines belong to what separates; those at the beginning are a piece of their own. */
    private static List<Piece> paragraphs(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = -1;
        int to = 0;
        boolean blankBefore = false;
        for (Piece line : lines(text)) {
            boolean blank = text.substring(line.from, line.to).isBlank();
            if (!blank) {
                if (from >= 0 && blankBefore) {
                    pieces.add(new Piece(from, to, line.from));
                    from = line.from;
                } else if (from < 0) {
                    if (line.from > 0) {
                        pieces.add(new Piece(0, 0, line.from));
                    }
                    from = line.from;
                }
                to = line.to;
            }
            blankBefore = blank;
        }
        if (!text.isEmpty()) {
            pieces.add(from < 0 ? new Piece(0, 0, text.length()) : new Piece(from, to, text.length()));
        }
        return pieces;
    }

    private static List<Piece> sentences(String text) {
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(text);
        List<Piece> pieces = new ArrayList<>();
        int from = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
            int to = end;
            while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
                to--;
            }
            pieces.add(new Piece(from, to, end));
            from = end;
        }
        return pieces;
    }
}
