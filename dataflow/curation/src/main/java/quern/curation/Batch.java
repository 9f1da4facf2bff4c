package quern.curation;

import java.util.ArrayList;
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
    List<Passed> items;
    /** Segments done. */
    int segment;
    /** Bytes of the files of immediate deduplicators once it was decided. */
    Map<String, Long> lengths = Map.of();

    Batch(List<Passed> items, String position) {
        this.items = items;
        this.position = position;
    }

    /** Samples in it, those dropped on the way too. */
    public int samples() {
        return items.size();
    }

    List<Passed> takeItems() {
        List<Passed> taken = items;
        items = new ArrayList<>(taken.size());
        return taken;
    }
}
