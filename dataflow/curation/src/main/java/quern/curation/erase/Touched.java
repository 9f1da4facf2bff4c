package quern.curation.erase;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quern.curation.DuplicateLog;

/**
 * Samples that were dropped as duplicates and may not be any without erased documents: those that an erased sample
 * stands for, and, where a deduplicator joins samples in chains, those that an erased one may have joined to another.
 * Found in the log of duplicates, in as many passes as it takes to follow samples through several deduplicators.
 */
final class Touched {

    private final Erasure erasure;
    private final Set<String> chaining;
    private final Set<String> clusters = new HashSet<>();
    private final Set<String> ids = new HashSet<>();
    /** Of each document, the places of its samples. */
    private final Map<String, List<long[]>> places = new HashMap<>();
    /** Documents of samples that stand for them and are not erased. */
    final Set<String> standing = new TreeSet<>();
    private boolean grown;

    private Touched(Erasure erasure, Set<String> chaining) {
        this.erasure = erasure;
        this.chaining = chaining;
    }

    /** @param chaining operators that join samples in chains */
    static Touched of(Path dataset, Erasure erasure, Set<String> chaining) {
        Touched touched = new Touched(erasure, chaining);
        do {
            touched.grown = false;
            DuplicateLog.read(dataset, touched::look);
        } while (touched.grown);
        return touched;
    }

    private void look(DuplicateLog.Entry entry) {
        boolean erased = erasure.isOfSample(entry.sampleId());
        boolean standsErased = erasure.isOfSample(entry.standsFor());
        String cluster = key(entry.operator(), entry.standsFor());
        if (standsErased || erased && chaining.contains(entry.operator()) || !erased && overlaps(entry.sampleId())) {
            grown |= clusters.add(cluster);
        }
        if (clusters.contains(cluster)) {
            if (!erased && ids.add(entry.sampleId())) {
                grown = true;
                place(entry.sampleId());
            }
            if (!standsErased) {
                standing.add(Erasure.documentOf(entry.standsFor()));
            }
        }
    }

    private void place(String id) {
        places.computeIfAbsent(Erasure.documentOf(id), _ -> new ArrayList<>()).add(span(id));
    }

    private static long[] span(String id) {
        int at = id.lastIndexOf('@');
        int dash = id.lastIndexOf('-');
        return at < 0 || dash < at ? new long[] {0, Long.MAX_VALUE}
                : new long[] {Long.parseLong(id.substring(at + 1, dash)), Long.parseLong(id.substring(dash + 1))};
    }

    private static String key(String operator, String standsFor) {
        return operator + "\n" + standsFor;
    }

    boolean isEmpty() {
        return ids.isEmpty();
    }

    /** Documents of the samples. */
    Set<String> documents() {
        return places.keySet();
    }

    /** Whether a log's entry is of one of the clusters. */
    boolean holds(String operator, String standsFor) {
        return clusters.contains(key(operator, standsFor));
    }

    /** Whether a sample is one of them or a part of one. */
    boolean covers(String document, long from, long to) {
        return places.getOrDefault(document, List.of()).stream().anyMatch(span -> from >= span[0] && to <= span[1]);
    }

    /**
     * Whether a sample has anything of one of them: what later operators leave of it may lie within, as where samples
     * of one document have the same place.
     */
    private boolean overlaps(String sampleId) {
        long[] own = span(sampleId);
        return places.getOrDefault(Erasure.documentOf(sampleId), List.of()).stream()
                .anyMatch(span -> own[0] < span[1] && own[1] > span[0] || own[0] == span[0] && own[1] == span[1]);
    }

    boolean covers(String sampleId) {
        long[] span = span(sampleId);
        return covers(Erasure.documentOf(sampleId), span[0], span[1]);
    }
}
