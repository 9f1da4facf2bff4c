/**
 * Encoders: texts in, one vector each out (BERT, RoBERTa, DistilBERT). Open Encoder first; an EncoderRun is one batch
 * on its way, in pieces as small as its driver wants. EngineLoop alone drives one, on the engine's thread. PooledRow
 * also serves decoders.
 */
package quern.inference.encoder;
