/**
 * A Llama-style transformer that keeps what its gradients need. Open DecoderNetwork first, then Projection: dense and
 * trained, or frozen with an adapter beside it. For the one thread that drives the compute team.
 */
package quern.tuning.network;
