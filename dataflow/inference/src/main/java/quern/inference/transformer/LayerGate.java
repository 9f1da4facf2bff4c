package quern.inference.transformer;

/**
 * Gives a forward pass the matrices of one layer after another where memory does not hold those of all. One thread at
 * a time.
 */
public interface LayerGate {

    /** All layers are in memory. */
    LayerGate NONE = new LayerGate() {

        @Override
        public void enter(int layer) {
            // It is there.
        }

        @Override
        public void leave(int layer) {
            // It stays.
        }
    };

    /**
     * Returns when the layer's matrices may be read.
     *
     * @throws quern.config.QuernException if they cannot be had
     */
    void enter(int layer);

    /** The pass is done with the layer; its memory may become another's. */
    void leave(int layer);
}
