package quern.curation.erase;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Dropped samples by operator and reason, to be added to or taken from those of a dataset. */
final class Drops {

    /** Operator under which samples of erased documents are counted, and the reason. */
    static final String ERASURE = "erasure";
    static final String ERASED = "erased";

    private final Map<String, Map<String, Long>> counts = new LinkedHashMap<>();

    void add(String operator, String reason, long samples) {
        if (samples != 0) {
            counts.computeIfAbsent(operator, _ -> new TreeMap<>()).merge(reason, samples, Long::sum);
        }
    }

    /** A dataset's counts and these together; none that are zero. */
    Map<String, Map<String, Long>> and(Map<String, Map<String, Long>> dataset) {
        Map<String, Map<String, Long>> all = new LinkedHashMap<>();
        dataset.forEach((operator, reasons) -> all.put(operator, new TreeMap<>(reasons)));
        counts.forEach((operator, reasons) -> reasons.forEach((reason, samples) ->
                all.computeIfAbsent(operator, _ -> new TreeMap<>()).merge(reason, samples, Long::sum)));
        all.values().forEach(reasons -> reasons.values().removeIf(samples -> samples == 0));
        all.values().removeIf(Map::isEmpty);
        return all;
    }
}
