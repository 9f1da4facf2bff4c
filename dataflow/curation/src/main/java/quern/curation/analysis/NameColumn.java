package quern.curation.analysis;

import java.util.LinkedHashMap;
import java.util.Map;

/** The texts of one stat, such as languages: how many, how many different, which most often. */
final class NameColumn {

    private static final int NAMES_MAX = 100_000;

    private final Map<String, Long> counts = new LinkedHashMap<>();
    private long count;
    private boolean isFull;

    void add(String name) {
        count++;
        if (counts.size() < NAMES_MAX || counts.containsKey(name)) {
            counts.merge(name, 1L, Long::sum);
        } else {
            isFull = true;
        }
    }

    long count() {
        return count;
    }

    /** Different texts; at least so many where there are more than are counted. */
    long unique() {
        return counts.size();
    }

    boolean isExact() {
        return !isFull;
    }

    /** The most frequent, of several the first. */
    Map.Entry<String, Long> top() {
        Map.Entry<String, Long> top = Map.entry("", 0L);
        for (Map.Entry<String, Long> one : counts.entrySet()) {
            top = one.getValue() > top.getValue() ? one : top;
        }
        return top;
    }

    Map<String, Long> counts() {
        return counts;
    }
}
