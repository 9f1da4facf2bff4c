package quern.inference;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import quern.config.QuernException;
import quern.gpu.kernel.Matrix;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * Adapters a model is served with, by name. A sequence keeps the adapter it began with, so publishing another under
 * the same name or removing it changes later requests only. Safe for any thread.
 */
public final class AdapterRegistry {

    private final Map<String, Linear> targets;
    private final Map<String, LoadedAdapter> byName = new ConcurrentHashMap<>();

    AdapterRegistry(Map<String, Linear> targets) {
        this.targets = targets;
    }

    /**
     * Makes an adapter available, in place of an earlier one of that name.
     *
     * @throws QuernException if it does not fit the model, naming the target, or holds a number that is not finite
     */
    public LoadedAdapter publish(String name, LoraWeights weights) {
        weights.targets().forEach((target, pair) -> check(name, target, pair));
        LoadedAdapter adapter = new LoadedAdapter(name, weights);
        byName.put(name, adapter);
        return adapter;
    }

    public Optional<LoadedAdapter> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** @return whether there was one */
    public boolean remove(String name) {
        return byName.remove(name) != null;
    }

    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
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
