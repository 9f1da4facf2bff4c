/**
 * Choice of the compute backend with every refusal and its reason. Open Backend first, then quern.gpu.kernel.
 * A backend owns its compute threads and is driven by one thread at a time.
 */
package quern.gpu;
