/**
 * The two small interfaces every backend implements: Kernels for inference, TrainingKernels for gradients.
 * Open Kernels first. The scalar implementation defines the meaning; the others are proved against it.
 */
package quern.gpu.kernel;
