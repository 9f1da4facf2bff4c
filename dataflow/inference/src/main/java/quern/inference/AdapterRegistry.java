package quern.inference;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import quern.config.QuernException;
import quern.gpu.kernel.Matrix;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * Adapters a model is served with, by name, and which of them are in memory: as many as a budget allows, which several
 * models may share; those used longest ago leave first, whosever they are, those that are held never. A sequence keeps
 * the adapter it began with, so publishing another under the same name or removing it changes later requests only.
 * Safe for any thread.
 */
public final class AdapterRegistry implements AutoCloseable {

    /** What the adapters in memory came to so far. @param budgetBytes for all models that share it */
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
    private volatile AdapterBudget budget = new AdapterBudget(Long.MAX_VALUE);
    private long residentBytes;
    private long loads;
    private long evictions;

    AdapterRegistry(Map<String, Linear> targets) {
        this.targets = targets;
        budget.join(this);
    }

    /** Counts its adapters against a budget, with those of other models. Before anybody else has it. */
    public void share(AdapterBudget with) {
        synchronized (with) {
            with.join(this);
            with.add(residentBytes);
            budget = with;
        }
    }

    /** Bounds the bytes of adapters in memory from now on, of all models that share the budget. */
    public void limit(long bytes) {
        budget.limit(bytes);
    }

    /**
     * Makes an adapter available, in place of an earlier one of that name. It stays in memory.
     *
     * @throws QuernException if it does not fit the model, naming the target, or holds a number that is not finite
     */
    public LoadedAdapter publish(String name, LoraWeights weights) {
        require(name, weights);
        LoadedAdapter adapter = new LoadedAdapter(name, weights.fingerprint(), () -> weights, this);
        adapter.put(weights);
        synchronized (budget) {
            adapter.bytes = bytes(weights);
            adapter.holds = 1;
            adapter.pinned = true;
            count(adapter.bytes);
            replace(name, adapter);
        }
        return adapter;
    }

    /** @throws QuernException if it does not fit the model, naming the target, or holds a number that is not finite */
    public void require(String name, LoraWeights weights) {
        weights.targets().forEach((target, pair) -> check(name, target, pair));
    }

    /** Makes an adapter available whose numbers are read when they are asked for, and may leave memory again. */
    public LoadedAdapter offer(String name, String fingerprint, LoadedAdapter.Source source) {
        LoadedAdapter adapter = new LoadedAdapter(name, fingerprint, source, this);
        synchronized (budget) {
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
            synchronized (budget) {
                adapter.holds++;
                adapter.lastUse = budget.nextUse();
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

    private void release(LoadedAdapter adapter) {
        synchronized (budget) {
            adapter.holds--;
            if (adapter.holds == 0 && byName.get(adapter.name()) != adapter) {
                leave(adapter);
            }
        }
    }

    private void admit(LoadedAdapter adapter, LoraWeights read) {
        long bytes = bytes(read);
        synchronized (budget) {
            if (bytes > budget.bytes()) {
                throw new QuernException(QuernException.Category.ERROR, "adapter " + adapter.name() + " takes " + bytes
                        + " bytes, adapters.memory is " + budget.bytes());
            }
            while (!budget.hasRoom(bytes)) {
                LoadedAdapter oldest = budget.oldest().orElseThrow(() -> new QuernException(
                        QuernException.Category.RETRYABLE, "adapter " + adapter.name() + " of " + bytes
                                + " bytes has no room: adapters in use take " + budget.residentBytes()
                                + " of adapters.memory, " + budget.bytes()));
                oldest.evict();
            }
            adapter.bytes = bytes;
            adapter.put(read);
            count(bytes);
            loads++;
        }
    }

    /** Those in memory that nobody holds. Under the budget's lock. */
    Stream<LoadedAdapter> idle() {
        return byName.values().stream().filter(adapter -> adapter.resident() && adapter.holds == 0);
    }

    /** Under the budget's lock. */
    void evict(LoadedAdapter adapter) {
        leave(adapter);
        evictions++;
    }

    private void count(long bytes) {
        residentBytes += bytes;
        budget.add(bytes);
    }

    private void leave(LoadedAdapter adapter) {
        count(-adapter.bytes);
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
    void packed(LoadedAdapter adapter, LoraMatrices matrices) {
        synchronized (budget) {
            if (adapter.resident()) {
                adapter.put(matrices);
            }
        }
    }

    /** @return whether there was one */
    public boolean remove(String name) {
        synchronized (budget) {
            LoadedAdapter removed = byName.remove(name);
            if (removed != null) {
                letGo(removed);
            }
            return removed != null;
        }
    }

    /** All leave, and count no more against the budget. Their model goes. */
    @Override
    public void close() {
        synchronized (budget) {
            byName.values().forEach(this::leave);
            byName.clear();
            budget.part(this);
        }
    }

    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** Bytes an adapter takes in memory now, 0 if it is not there. */
    public long residentBytes(String name) {
        synchronized (budget) {
            LoadedAdapter adapter = byName.get(name);
            return adapter == null ? 0 : adapter.bytes;
        }
    }

    public Stats stats() {
        synchronized (budget) {
            int resident = (int) byName.values().stream().filter(LoadedAdapter::resident).count();
            return new Stats(byName.size(), resident, residentBytes, budget.bytes(), loads, evictions);
        }
    }

    private static long bytes(LoraWeights weights) {
        return weights.targets().values().stream().mapToLong(LoraWeights.Pair::bytes).sum();
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
        int magnitudes = pair.magnitudes().map(all -> all.values().length).orElse(matrix.rows());
        if (magnitudes != matrix.rows()) {
            throw refused(name, target + " has " + magnitudes + " magnitudes, expected " + matrix.rows());
        }
        if (!finite(pair.a().values()) || !finite(pair.b().values())
                || !pair.magnitudes().map(all -> finite(all.values())).orElse(true)) {
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
