package quern.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Memory that the adapters of several models may take together. Its lock is that of all registries that share it. Safe
 * for any thread.
 */
public final class AdapterBudget {

    private final List<AdapterRegistry> registries = new ArrayList<>();
    private long bytes;
    private long residentBytes;
    private long uses;

    public AdapterBudget(long bytes) {
        this.bytes = bytes;
    }

    synchronized void limit(long most) {
        bytes = most;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized long residentBytes() {
        return residentBytes;
    }

    synchronized void join(AdapterRegistry registry) {
        registries.add(registry);
    }

    synchronized void part(AdapterRegistry registry) {
        registries.remove(registry);
    }

    /** Counts bytes that came, or left where they are negative. */
    synchronized void add(long more) {
        residentBytes += more;
    }

    synchronized boolean hasRoom(long more) {
        return residentBytes + more <= bytes;
    }

    /** Grows with each use of any adapter. */
    synchronized long nextUse() {
        return ++uses;
    }

    /** The adapter of any model that was used longest ago and that nobody holds. */
    synchronized Optional<LoadedAdapter> oldest() {
        return registries.stream().flatMap(AdapterRegistry::idle)
                .min(Comparator.comparingLong(adapter -> adapter.lastUse));
    }
}
