package quern.inference.format;

import java.util.List;

/**
 * What a GGUF file of a model holds, wherever it comes from: another GGUF file, a safetensors directory or a random
 * generator. Opened ones are views of mapped files and die with {@link #close}.
 */
public interface GgufSource extends AutoCloseable {

    /** For messages. */
    String name();

    /** Puts all metadata but {@code general.file_type}, {@code general.quantization_version} and the alignment. */
    void describe(GgufWriter writer);

    /** In the order in which they are written. */
    List<SourceTensor> tensors();

    /** What a user should know of what was left out, a sentence each. */
    List<String> remarks();

    @Override
    void close();
}
