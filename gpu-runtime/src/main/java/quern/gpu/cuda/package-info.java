/**
 * The one place that knows JCuda. Open CudaProbe. Only quern.gpu may depend on it; nothing here keeps a thread or a
 * device.
 */
package quern.gpu.cuda;
