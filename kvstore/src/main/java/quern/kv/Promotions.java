package quern.kv;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Blocks of the cold tier that are to get back to the warm one: those that are read there a second time, as long as
 * the first is remembered; a conversation that is read once more and never again moves nothing. Thread-safe.
 */
final class Promotions {

    /** First reads remembered, the oldest forgotten first. */
    private static final int READ_MAX = 1 << 16;

    private final int waitingMax;
    /** Beginnings of their names. */
    private final RecentNames readOnce = new RecentNames(READ_MAX);
    private final Map<BlockKey, int[]> waiting = new LinkedHashMap<>();

    Promotions(int waitingMax) {
        this.waitingMax = waitingMax;
    }

    /** A block was read from the cold tier. */
    synchronized void read(BlockKey key, int[] tokens) {
        if (readOnce.remove(key.bits(0))) {
            if (waiting.size() < waitingMax) {
                waiting.put(key, tokens);
            }
            return;
        }
        readOnce.add(key.bits(0));
    }

    /** Takes the block that waits longest. */
    synchronized Optional<BlockHead> next() {
        Iterator<Map.Entry<BlockKey, int[]>> oldest = waiting.entrySet().iterator();
        if (!oldest.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<BlockKey, int[]> first = oldest.next();
        oldest.remove();
        return Optional.of(new BlockHead(first.getKey(), first.getValue()));
    }

    synchronized void clear() {
        readOnce.clear();
        waiting.clear();
    }
}
