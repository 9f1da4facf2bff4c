/**
 * GGUF files and safetensors directories. Open ModelFile first. Untrusted input: every length is checked
 * before it is believed. Opening blocks.
 */
package quern.inference.format;
