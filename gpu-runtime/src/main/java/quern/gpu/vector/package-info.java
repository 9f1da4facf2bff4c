/**
 * Kernels over the JDK Vector API, equal bit for bit to quern.gpu.scalar. Open VectorKernels for inference,
 * VectorTrainingKernels for training. The only package that imports jdk.incubator.vector; only quern.gpu depends on it.
 * Each instance has one driving thread; work is spread over its compute team. Vectors live in local variables only: in
 * a field or a lambda they are boxed.
 */
package quern.gpu.vector;
