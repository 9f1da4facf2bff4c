package quern.inference;

import quern.gpu.kernel.Kernels;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;

/** A published adapter. Its numbers never change; the packed form is made by the engine's thread at first use. */
public final class LoadedAdapter {

    private final String name;
    private final LoraWeights weights;
    private final String fingerprint;
    private LoraMatrices matrices;

    LoadedAdapter(String name, LoraWeights weights) {
        this.name = name;
        this.weights = weights;
        this.fingerprint = weights.fingerprint();
    }

    public String name() {
        return name;
    }

    public LoraWeights weights() {
        return weights;
    }

    /** SHA-256 of its numbers, hex; part of every block key computed with it. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The packed form. Only on the engine's thread. */
    public LoraMatrices matrices(Kernels kernels) {
        if (matrices == null) {
            matrices = new LoraMatrices(weights, kernels);
        }
        return matrices;
    }
}
