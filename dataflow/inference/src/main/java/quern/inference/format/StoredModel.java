package quern.inference.format;

import java.util.Set;
import quern.gpu.tensor.Tensor;

/** What can be said of an opened model whatever it is for. Tensors are views of the mapped file and die with it. */
public interface StoredModel extends AutoCloseable {

    /** Name of its family. */
    String architecture();

    /** Longest sequence it was trained for. */
    int trainedTokens();

    Set<String> tensorNames();

    /** @throws quern.config.QuernException if there is none of that name */
    Tensor tensor(String name);

    /** Name for listings: the file's own, else the path's. */
    String name();

    /**
     * SHA-256 over header and weights, hex; equal only for equal numbers, shape and tokenizer. The first call reads the
     * whole file and tells how far it is.
     */
    String fingerprint(ModelFingerprint.Progress progress);

    @Override
    void close();
}
