package quern.curation.unicode;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts long runs of combining marks in their canonical order, as normalisation does too, but in linear time: the JDK
 * inserts each mark where it belongs among those before it, which takes hours for a megabyte of them. A text in this
 * order is equivalent to the text it was, so it normalises to the same.
 *
 * <p>Which of two marks comes first is what the JDK makes of the two alone.
 */
final class MarkOrder {

    private static final int SHORT_RUN_MARKS = 64;
    private static final int MARKS = 1 << Character.NON_SPACING_MARK | 1 << Character.COMBINING_SPACING_MARK
            | 1 << Character.ENCLOSING_MARK;
    /** Of the highest class there is: every mark that takes part in the order goes before it. */
    private static final String LAST = "\u0345";
    private static final Comparator<String> ORDER = (a, b) ->
            a.equals(b) ? 0 : isSwapped(a, b) ? 1 : isSwapped(b, a) ? -1 : 0;

    private MarkOrder() {}

    /** The same object where no run is long. */
    static String ordered(String text) {
        StringBuilder result = null;
        int copied = 0;
        int from = 0;
        while (from < text.length()) {
            int to = from;
            while (to < text.length() && isMark(text, to)) {
                to += Character.charCount(text.codePointAt(to));
            }
            if (to - from > SHORT_RUN_MARKS) {
                result = result == null ? new StringBuilder(text.length() + 16) : result;
                result.append(text, copied, from);
                appendOrdered(text.substring(from, to), result);
                copied = to;
            }
            from = to == from ? from + 1 : to;
        }
        return result == null ? text : result.append(text, copied, text.length()).toString();
    }

    private static boolean isMark(String text, int at) {
        return text.charAt(at) >= 0x300 && (MARKS >> Character.getType(text.codePointAt(at)) & 1) != 0;
    }

    /** Taken apart first: some marks are two. What is between marks without a class is ordered by itself. */
    private static void appendOrdered(String marks, StringBuilder result) {
        Map<Integer, String> parts = new HashMap<>();
        List<String> run = new ArrayList<>();
        marks.codePoints().forEach(mark -> parts.computeIfAbsent(mark,
                m -> Normalizer.normalize(Character.toString(m), Normalizer.Form.NFD)).codePoints()
                .forEach(part -> run.add(Character.toString(part))));
        Map<String, Boolean> ordered = new HashMap<>();
        int from = 0;
        for (int to = 0; to <= run.size(); to++) {
            if (to == run.size() || !ordered.computeIfAbsent(run.get(to),
                    mark -> mark.equals(LAST) || isSwapped(LAST, mark))) {
                sort(run.subList(from, to));
                from = to + 1;
            }
        }
        run.forEach(result::append);
    }

    /** Marks of one class stay as they stand. */
    private static void sort(List<String> run) {
        List<String> distinct = run.stream().distinct().sorted(ORDER).toList();
        Map<String, Integer> ranks = new HashMap<>();
        List<List<String>> classes = new ArrayList<>();
        for (int i = 0; i < distinct.size(); i++) {
            if (i == 0 || ORDER.compare(distinct.get(i - 1), distinct.get(i)) != 0) {
                classes.add(new ArrayList<>());
            }
            ranks.put(distinct.get(i), classes.size() - 1);
        }
        run.forEach(mark -> classes.get(ranks.get(mark)).add(mark));
        int at = 0;
        for (List<String> one : classes) {
            for (String mark : one) {
                run.set(at++, mark);
            }
        }
    }

    private static boolean isSwapped(String a, String b) {
        return !a.equals(b) && Normalizer.normalize(a + b, Normalizer.Form.NFD).equals(b + a);
    }
}
