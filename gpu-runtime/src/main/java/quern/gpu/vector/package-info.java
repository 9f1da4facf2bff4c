/**
 * Kernels over the JDK Vector API, proved against the scalar definitions. Open VectorTrainingKernels for training.
 * The only package that imports jdk.incubator.vector. Each instance has one driving thread; work is spread over its
 * compute team.
 */
package quern.gpu.vector;
