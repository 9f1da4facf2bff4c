/**
 * GGUF files and safetensors directories: open ModelFile first, ModelFiles opens one; LlamaFile and GgufWriter write.
 * Untrusted input: every length is checked before it is believed, tensors are views of the mapped file, nothing but
 * JSON and weights is read from a directory. A file must not be shortened while it is open. Opening blocks. An opened
 * model may be read by any thread until it is closed.
 */
package quern.inference.format;
