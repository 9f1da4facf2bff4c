/**
 * A Llama-style transformer and its gradients, in windows of which one at a time keeps its activations. Open
 * DecoderNetwork first, then NetworkPass, which takes a batch through it piece by piece, then Projection: dense and
 * trained, or frozen with an adapter beside it. For the one thread that drives the compute team.
 */
package quern.tuning.network;
