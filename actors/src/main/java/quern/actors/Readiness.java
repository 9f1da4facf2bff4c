package quern.actors;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Why the process cannot serve at the moment. Read without locks by the health routes; written by whoever knows. */
public final class Readiness {

    private final Map<String, String> reasons = new ConcurrentHashMap<>();

    /** @param part what is not ready: {@code model}, {@code engine}, {@code catalogue} */
    public void block(String part, String reason) {
        reasons.put(part, reason);
    }

    public void clear(String part) {
        reasons.remove(part);
    }

    public boolean ready() {
        return reasons.isEmpty();
    }

    /** Reasons by part, sorted; empty when ready. */
    public Map<String, String> reasons() {
        return new TreeMap<>(reasons);
    }
}
