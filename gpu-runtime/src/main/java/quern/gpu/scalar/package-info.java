/**
 * The definition of every kernel, in plain Java: fallback, oracle of the other backends, and reader of stored weights.
 * Open ScalarKernels first, then Dequantizer. Everything that computes may use it. Instances belong to one thread at a
 * time; static methods are pure.
 */
package quern.gpu.scalar;
