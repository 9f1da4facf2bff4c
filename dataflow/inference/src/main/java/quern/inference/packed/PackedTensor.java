package quern.inference.packed;

import quern.gpu.tensor.ElementType;

/**
 * Where one matrix lies.
 *
 * @param name of the tensor it was packed from
 * @param type as stored in the model
 * @param at from the file's first byte, a multiple of {@value #ALIGNMENT}
 * @param bytes in the packed form
 */
record PackedTensor(String name, ElementType type, int rows, int columns, long at, long bytes) {

    static final int ALIGNMENT = 64;
}
