package quern.inference;

import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;

/**
 * A published adapter. Its numbers never change; they are in memory while somebody holds it and as long after as the
 * registry's budget allows. The packed form is made by the engine's thread at first use and takes the place of the
 * plain one.
 */
public final class LoadedAdapter {

    /** Where an adapter's numbers come from, each time the same. Blocks on a disk. */
    @FunctionalInterface
    public interface Source {
        /** @throws QuernException if they cannot be read, or are others than were published */
        LoraWeights read();
    }

    private final String name;
    private final String fingerprint;
    private final Source source;
    private final AdapterRegistry registry;
    private volatile LoraWeights weights;
    private volatile LoraMatrices matrices;
    /** The registry's, under its lock. */
    long bytes;
    int holds;
    boolean pinned;
    long lastUse;

    LoadedAdapter(String name, String fingerprint, Source source, AdapterRegistry registry) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.source = source;
        this.registry = registry;
    }

    public String name() {
        return name;
    }

    /** SHA-256 of its numbers, hex; part of every block key computed with it. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Whether its numbers are in memory. */
    public boolean resident() {
        return weights != null || matrices != null;
    }

    /** The packed form. Only on the engine's thread; reads the numbers where nobody held them. */
    public LoraMatrices matrices(Kernels kernels) {
        LoraMatrices packed = matrices;
        if (packed == null) {
            packed = new LoraMatrices(Optional.ofNullable(weights).orElseGet(this::read), kernels);
            registry.packed(this, packed);
        }
        return packed;
    }

    /** Its numbers from where they lie, checked. */
    LoraWeights read() {
        LoraWeights read = source.read();
        String found = read.fingerprint();
        if (!found.equals(fingerprint)) {
            throw new QuernException(QuernException.Category.ERROR,
                    "adapter " + name + ": its files have fingerprint " + found + ", expected " + fingerprint);
        }
        return read;
    }

    void put(LoraWeights read) {
        weights = read;
    }

    void put(LoraMatrices packed) {
        matrices = packed;
        weights = null;
    }

    /** Leaves for another's sake. Under the budget's lock. */
    void evict() {
        registry.evict(this);
    }

    void drop() {
        weights = null;
        matrices = null;
    }
}
