package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Some consecutive samples on their way through a stage, with what was counted of them. It is worked on by one thread
 * at a time: a segment of operators on any thread, then, in the order in which batches were read, what must be decided
 * in order.
 */
public final class Batch {

    final RunCounts counts = new RunCounts();
    /** Where the input stands behind it. */
    final String position;
    /** Whether its samples come from the run's source. */
    final boolean isFresh;
    /** Lines for each file of the tracer, at most as many as one file takes. */
    final Map<String, List<byte[]>> traced = new HashMap<>();
    List<Passed> items;
    /** Segments done. */
    int segment;
    /** Bytes of the files of immediate deduplicators once it was decided. */
    Map<String, Long> lengths = Map.of();

    Batch(List<Passed> items, String position, boolean isFresh) {
        this.isFresh = isFresh;
        this.items = items;
        this.position = position;
    }

    /** Samples in it, those dropped on the way too. */
    public int samples() {
        return items.size();
    }

    void trace(String kind, String label, RunManner manner, ObjectNode line) {
        List<byte[]> lines = traced.computeIfAbsent(traceFile(kind, label), _ -> new ArrayList<>());
        if (lines.size() < manner.tracing().samplesMax()) {
            lines.add(Json.line(line));
        }
    }

    static String traceFile(String kind, String label) {
        return "trace-" + kind + "-" + label + ".jsonl";
    }

    List<Passed> takeItems() {
        List<Passed> taken = items;
        items = new ArrayList<>(taken.size());
        return taken;
    }
}
