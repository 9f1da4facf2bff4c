package quern.inference.format;

import java.util.Map;
import quern.gpu.tensor.Tensor;

/**
 * What a GGUF file says before its weights.
 *
 * @param tensors views of the weights by name, in the file's order
 */
record GgufHeader(GgufMetadata metadata, Map<String, Tensor> tensors) {}
