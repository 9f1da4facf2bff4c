package quern.gpu.kernel;

import quern.gpu.tensor.ElementType;

/**
 * A weight matrix in the form its backend computes with, made once by {@link Kernels#pack}. Opaque: only the backend
 * that packed it can use it.
 */
public interface Matrix {

    ElementType type();

    /** Outputs. */
    int rows();

    /** Inputs. */
    int columns();

    /** Memory this form occupies, in bytes. */
    long bytes();
}
