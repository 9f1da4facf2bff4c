/**
 * Element types and tensors as they lie in files, and row matrices of activations. Open Tensor first. Plain
 * values; no threads.
 */
package quern.gpu.tensor;
