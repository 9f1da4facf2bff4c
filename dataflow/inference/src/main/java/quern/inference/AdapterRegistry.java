package quern.inference;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import quern.config.QuernException;
import quern.gpu.kernel.Matrix;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * Adapters a model is served with, by name, and which of them are in memory: as many as a budget allows, those used
 * longest ago leave first, those that are held never. A sequence keeps the adapter it began with, so publishing another
 * under the same name or removing it changes later requests only. Safe for any thread.
 */
public final class AdapterRegistry {

    /** What the adapters in memory came to so far. */
    public record Stats(int known, int resident, long residentBytes, long budgetBytes, long loads, long evictions) {}

    /** Keeps an adapter in memory until it is closed, once or more. */
    public interface Hold extends AutoCloseable {

        /** Holds nothing. */
        Hold NONE = () -> { };

        @Override
        void close();
    }

    private final Map<String, Linear> targets;
    private final Map<String, LoadedAdapter> byName = new ConcurrentHashMap<>();
    private long budgetBytes = Long.MAX_VALUE;
    private long residentBytes;
    private long uses;
    private long loads;
    private long evictions;

    AdapterRegistry(Map<String, Linear> targets) {
        this.targets = targets;
    }

    /** Bounds the bytes of adapters in memory from now on. */
    public synchronized void limit(long bytes) {
        budgetBytes = bytes;
    }

    /**
     * Makes an adapter available, in place of an earlier one of that name. It stays in memory.
     *
     * @throws QuernException if it does not fit the model, naming the target, or holds a number that is not finite
     */
    public LoadedAdapter publish(String name, LoraWeights weights) {
        weights.targets().forEach((target, pair) -> check(name, target, pair));
        LoadedAdapter adapter = new LoadedAdapter(name, weights.fingerprint(), () -> weights, this);
        adapter.put(weights);
        synchronized (this) {
            adapter.bytes = bytes(weights);
            adapter.holds = 1;
            adapter.pinned = true;
            residentBytes += adapter.bytes;
            replace(name, adapter);
        }
        return adapter;
    }

    /** Makes an adapter available whose numbers are read when they are asked for, and may leave memory again. */
    public LoadedAdapter offer(String name, String fingerprint, LoadedAdapter.Source source) {
        LoadedAdapter adapter = new LoadedAdapter(name, fingerprint, source, this);
        synchronized (this) {
            replace(name, adapter);
        }
        return adapter;
    }

    private void replace(String name, LoadedAdapter adapter) {
        LoadedAdapter before = byName.put(name, adapter);
        if (before != null) {
            letGo(before);
        }
    }

    public Optional<LoadedAdapter> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * Brings an adapter into memory and keeps it there. Blocks on a disk where it has left.
     *
     * @return nothing is held if there is none of that name
     * @throws QuernException RETRYABLE if all of the budget is held by others; ERROR if the adapter alone is larger, or
     *     cannot be read, or does not fit the model
     */
    public Hold hold(String name) {
        LoadedAdapter adapter = byName.get(name);
        if (adapter == null) {
            return Hold.NONE;
        }
        synchronized (adapter) {
            synchronized (this) {
                adapter.holds++;
                adapter.lastUse = ++uses;
            }
            try {
                if (!adapter.resident()) {
                    LoraWeights read = adapter.read();
                    read.targets().forEach((target, pair) -> check(name, target, pair));
                    admit(adapter, read);
                }
            } catch (RuntimeException | OutOfMemoryError failed) {
                release(adapter);
                throw failed;
            }
        }
        return new Hold() {
            private boolean closed;

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    release(adapter);
                }
            }
        };
    }

    private synchronized void release(LoadedAdapter adapter) {
        adapter.holds--;
        if (adapter.holds == 0 && byName.get(adapter.name()) != adapter) {
            leave(adapter);
        }
    }

    private synchronized void admit(LoadedAdapter adapter, LoraWeights read) {
        long bytes = bytes(read);
        if (bytes > budgetBytes) {
            throw new QuernException(QuernException.Category.ERROR, "adapter " + adapter.name() + " takes " + bytes
                    + " bytes, adapters.memory is " + budgetBytes);
        }
        while (residentBytes + bytes > budgetBytes) {
            LoadedAdapter oldest = byName.values().stream()
                    .filter(other -> other.resident() && other.holds == 0)
                    .min(Comparator.comparingLong(other -> other.lastUse))
                    .orElseThrow(() -> new QuernException(QuernException.Category.RETRYABLE, "adapter "
                            + adapter.name() + " of " + bytes + " bytes has no room: adapters in use take "
                            + residentBytes + " of adapters.memory, " + budgetBytes));
            leave(oldest);
            evictions++;
        }
        adapter.bytes = bytes;
        adapter.put(read);
        residentBytes += bytes;
        loads++;
    }

    private void leave(LoadedAdapter adapter) {
        residentBytes -= adapter.bytes;
        adapter.bytes = 0;
        adapter.drop();
    }

    /** It is nobody's by that name any more: whoever holds it still has it. */
    private void letGo(LoadedAdapter adapter) {
        if (adapter.pinned) {
            adapter.pinned = false;
            adapter.holds--;
        }
        if (adapter.holds == 0) {
            leave(adapter);
        }
    }

    /** The packed form takes the plain one's place, unless the adapter has left meanwhile. */
    synchronized void packed(LoadedAdapter adapter, LoraMatrices matrices) {
        if (adapter.resident()) {
            adapter.put(matrices);
        }
    }

    /** @return whether there was one */
    public synchronized boolean remove(String name) {
        LoadedAdapter removed = byName.remove(name);
        if (removed != null) {
            letGo(removed);
        }
        return removed != null;
    }

    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** Bytes an adapter takes in memory now, 0 if it is not there. */
    public synchronized long residentBytes(String name) {
        LoadedAdapter adapter = byName.get(name);
        return adapter == null ? 0 : adapter.bytes;
    }

    public synchronized Stats stats() {
        int resident = (int) byName.values().stream().filter(LoadedAdapter::resident).count();
        return new Stats(byName.size(), resident, residentBytes, budgetBytes, loads, evictions);
    }

    private static long bytes(LoraWeights weights) {
        return weights.targets().values().stream()
                .mapToLong(pair -> 4L * (pair.a().values().length + pair.b().values().length)).sum();
    }

    private void check(String name, String target, LoraWeights.Pair pair) {
        Linear linear = targets.get(target);
        if (linear == null) {
            throw refused(name, "has no place in this model for " + target);
        }
        Matrix matrix = linear.matrix();
        if (pair.a().width() != matrix.columns() || pair.b().count() != matrix.rows()) {
            throw refused(name, target + " is " + pair.b().count() + " x " + pair.a().width() + ", expected "
                    + matrix.rows() + " x " + matrix.columns());
        }
        if (!finite(pair.a().values()) || !finite(pair.b().values())) {
            throw refused(name, target + " holds a number that is not finite");
        }
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static QuernException refused(String name, String problem) {
        return new QuernException(QuernException.Category.ERROR, "adapter " + name + ": " + problem);
    }
}
