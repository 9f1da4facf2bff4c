package quern.curation.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.text.BoundedText;
import quern.curation.text.PythonText;

/**
 * Cuts a text into pieces, each a sample with the other fields copied.
 *
 * <p>Recipe key {@code text_chunk_mapper}. By pattern alone, separators are pieces too and blank pieces are left out;
 * by length alone, the pieces overlap; by both, a piece is cut at the last match of the pattern in it. Compatible
 * with Data-Juicer 1.4.3 without a tokenizer: lengths are code points.
 *
 * @param maxLen code points of a piece; 0: no limit
 * @param separator null: by length only
 */
public record TextChunkMapper(String textKey, int maxLen, Pattern separator, int overlap) implements Mapper {

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
        List<Range> ranges = new ArrayList<>();
        int left = text.codePointCount(0, text.length());
        for (int from = 0; left > 0; left -= maxLen - overlap) {
            ranges.add(new Range(from, text.offsetByCodePoints(from, Math.min(maxLen, left))));
            if (left > maxLen - overlap) {
                from = text.offsetByCodePoints(from, maxLen - overlap);
            }
        }
        return ranges;
    }

    private List<Range> byBoth(String text) {
        List<Range> ranges = new ArrayList<>();
        int from = 0;
        while (text.codePointCount(from, text.length()) > maxLen) {
            int end = text.offsetByCodePoints(from, maxLen);
            int cut = -1;
            int next = text.offsetByCodePoints(from, maxLen - overlap);
            Matcher matcher = separator.matcher(new BoundedText(text.substring(from, end)));
            while (matcher.find()) {
                if (matcher.end() > 0) {
                    cut = from + matcher.start();
                    next = from + matcher.end();
                }
            }
            ranges.add(new Range(from, cut < 0 ? end : cut));
            from = next;
        }
        ranges.add(new Range(from, text.length()));
        return ranges;
    }
}
