package quern.curation.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.PieceSource;
import quern.curation.text.BoundedText;
import quern.curation.text.PythonText;

/**
 * Cuts a text into pieces, each a sample with the other fields copied.
 *
 * <p>Recipe key {@code text_chunk_mapper}. By pattern alone, separators are pieces too and blank pieces are left out;
 * by length alone, the pieces overlap; by both, a piece is cut at the last match of the pattern in it. Lengths are code
 * points, or tokens of a tokenizer without special ones. Pieces are always parts of the text as it stands: a character
 * that several tokens share goes to the next piece, and where a tokenizer changes a text before it cuts it, a piece is
 * the longest one with no more tokens by itself. Otherwise compatible with Data-Juicer 1.4.3.
 *
 * @param maxLen of a piece; 0: no limit
 * @param separator null: by length only
 * @param tokenizer null: lengths are code points
 */
public record TextChunkMapper(String textKey, int maxLen, Pattern separator, int overlap, PieceSource tokenizer)
        implements Mapper {

    private record Range(int from, int to) {}

    @Override
    public String name() {
        return "text_chunk_mapper";
    }

    @Override
    public String emptyReason() {
        return "no piece left";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        String text = draft.text(textKey);
        List<Range> ranges = maxLen == 0 ? bySeparator(text) : separator == null ? byLength(text) : byBoth(text);
        List<Draft> pieces = new ArrayList<>(ranges.size());
        for (Range range : ranges) {
            pieces.add(draft.piece(textKey, range.from(), range.to()));
        }
        return pieces;
    }

    private TextMeasure measure() {
        return tokenizer == null ? TextMeasure.CODE_POINTS : TextMeasure.tokens(tokenizer);
    }

    private List<Range> bySeparator(String text) {
        List<Range> ranges = new ArrayList<>();
        Matcher matcher = separator.matcher(new BoundedText(text));
        int from = 0;
        while (matcher.find()) {
            add(ranges, text, from, matcher.start());
            add(ranges, text, matcher.start(), matcher.end());
            from = matcher.end();
        }
        add(ranges, text, from, text.length());
        return ranges;
    }

    private static void add(List<Range> ranges, String text, int from, int to) {
        if (!PythonText.isBlank(text.substring(from, to))) {
            ranges.add(new Range(from, to));
        }
    }

    private List<Range> byLength(String text) {
        TextMeasure measure = measure();
        List<Range> ranges = new ArrayList<>();
        Optional<int[]> known = measure.ends(text);
        if (known.isPresent() ? known.get().length <= maxLen : measure.end(text, 0, maxLen) == text.length()) {
            return List.of(new Range(0, text.length()));
        }
        if (known.isPresent()) {
            int[] ends = known.get();
            for (int first = 0; first < ends.length; first += maxLen - overlap) {
                int from = first == 0 ? 0 : ends[first - 1];
                int to = ends[Math.min(first + maxLen, ends.length) - 1];
                if (from < to) {
                    ranges.add(new Range(from, to));
                }
            }
            return ranges;
        }
        for (int from = 0; from < text.length(); from = further(measure, text, from, maxLen - overlap)) {
            ranges.add(new Range(from, further(measure, text, from, maxLen)));
        }
        return ranges;
    }

    /** At least by one character, however many tokens it has. */
    private static int further(TextMeasure measure, String text, int from, int units) {
        return Math.max(measure.end(text, from, units), text.offsetByCodePoints(from, 1));
    }

    private List<Range> byBoth(String text) {
        TextMeasure measure = measure();
        List<Range> ranges = new ArrayList<>();
        int from = 0;
        int end = measure.end(text, 0, maxLen);
        while (end < text.length()) {
            end = Math.max(end, text.offsetByCodePoints(from, 1));
            int cut = -1;
            int next = -1;
            Matcher matcher = separator.matcher(new BoundedText(text.substring(from, end)));
            while (matcher.find()) {
                if (matcher.end() > 0) {
                    cut = from + matcher.start();
                    next = from + matcher.end();
                }
            }
            ranges.add(new Range(from, cut < 0 ? end : cut));
            from = cut < 0 ? further(measure, text, from, maxLen - overlap) : next;
            end = measure.end(text, from, maxLen);
        }
        ranges.add(new Range(from, text.length()));
        return ranges;
    }
}
