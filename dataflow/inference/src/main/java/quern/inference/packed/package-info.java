/**
 * Weights kept in the form the kernels use: a file beside the model, or in the data directory, that later starts map
 * instead of packing again. {@link quern.inference.packed.PackedFiles} comes first: when such a file is used, compared
 * or made again. {@code PackedDirectory} is the format. Used by whoever loads a model; one thread a file, several
 * processes may use and make the same one.
 */
package quern.inference.packed;
