package quern.inference.format;

import java.util.List;
import java.util.Map;
import quern.gpu.tensor.Tensor;

/**
 * What a GGUF file says before its weights.
 *
 * @param tensors views of the weights by name, in the file's order
 * @param dimensions of each tensor by name, the row's length first; all others multiply to its rows
 */
record GgufHeader(
        GgufMetadata metadata, Map<String, Tensor> tensors, Map<String, List<Integer>> dimensions) {}
