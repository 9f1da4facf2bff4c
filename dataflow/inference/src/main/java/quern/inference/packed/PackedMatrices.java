package quern.inference.packed;

import quern.inference.transformer.LayerGate;
import quern.inference.transformer.MatrixSource;

/** Matrices of a packed file. Closing it frees their memory. */
public sealed interface PackedMatrices extends MatrixSource, AutoCloseable permits PackedWeights, StreamedWeights {

    /** What a pass has to ask for each layer. */
    LayerGate gate();

    /** Bytes read from the file for each pass. */
    long streamedBytes();

    /** Bytes that they take in memory. */
    long memoryBytes();

    @Override
    void close();
}
