package quern.kv.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Breadth-first walk over lineage edges in one direction; a record is expanded once, so cycles end. */
final class LineageWalk {

    private LineageWalk() {}

    static Lineage walk(Catalogue catalogue, boolean down, RecordRef start, int edgesMax) {
        Set<RecordRef> records = new LinkedHashSet<>();
        List<Edge> edges = new ArrayList<>();
        ArrayDeque<RecordRef> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            for (Edge edge : catalogue.edges(down, open.remove())) {
                if (edges.size() == edgesMax) {
                    return new Lineage(records, edges, true);
                }
                edges.add(edge);
                RecordRef next = down ? edge.to() : edge.from();
                if (!next.equals(start) && records.add(next)) {
                    open.add(next);
                }
            }
        }
        return new Lineage(records, edges, false);
    }
}
