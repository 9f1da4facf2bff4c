package quern.curation.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The few things nearest to a threshold; of those equally near, the ones that came first. Which they are does not
 * depend on how what came was cut into parts, as long as parts are taken in order.
 */
final class Nearest<T> {

    static final int MAX = 5;

    /** @param value what was measured of it */
    record Entry<T>(double distance, double value, T item) {}

    private final List<Entry<T>> entries = new ArrayList<>(MAX);

    /** Whether something at this distance, coming now, would be one of them. */
    boolean takes(double distance) {
        return entries.size() < MAX || distance < entries.getLast().distance();
    }

    void offer(Entry<T> entry) {
        if (!takes(entry.distance())) {
            return;
        }
        if (entries.size() == MAX) {
            entries.removeLast();
        }
        int at = entries.size();
        while (at > 0 && entries.get(at - 1).distance() > entry.distance()) {
            at--;
        }
        entries.add(at, entry);
    }

    List<Entry<T>> entries() {
        return entries;
    }
}
