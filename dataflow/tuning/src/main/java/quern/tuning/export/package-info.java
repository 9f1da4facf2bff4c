/**
 * Adapters on their way to other programs: merged into the weights of their base as GGUF or safetensors, or alone as
 * llama.cpp reads them. Open MergedRows for the arithmetic. Row by row: the heap holds the adapter and a few rows,
 * whatever the model's size. Plain code for one thread, but rows may be asked of any.
 */
package quern.tuning.export;
