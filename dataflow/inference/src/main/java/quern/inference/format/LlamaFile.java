package quern.inference.format;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.transformer.ModelShape;

/**
 * A Llama model about to become a GGUF file.
 *
 * @param shape architecture {@code llama}; a half-split rope is written as the interleaved one, rows of q and k moved
 * @param ropeBase the base {@code shape.rope()} was made with
 * @param tensors F32, all that {@link ModelFile} names for the shape
 * @param notes further metadata, such as licence and sources ({@code general.license}, {@code quern.corpus})
 */
public record LlamaFile(
        String name,
        ModelShape shape,
        double ropeBase,
        BpeVocabulary vocabulary,
        Map<String, Tensor> tensors,
        Map<String, String> notes) {

    private static final Map<ElementType, Integer> FILE_TYPES =
            Map.of(ElementType.F32, 0, ElementType.F16, 1, ElementType.Q8_0, 7);

    public LlamaFile {
        if (!shape.architecture().equals("llama")) {
            throw new ModelFormatException(name, "architecture " + shape.architecture() + ", expected llama");
        }
        float[] expected =
                RopeTable.of(false, shape.rope().frequencies().length * 2, ropeBase).frequencies();
        if (!Arrays.equals(expected, shape.rope().frequencies())) {
            throw new ModelFormatException(name, "rope frequencies are not those of base " + ropeBase);
        }
        if (vocabulary.tokens().size() != shape.vocabulary()) {
            throw new ModelFormatException(name, vocabulary.tokens().size() + " tokens, the shape has "
                    + shape.vocabulary());
        }
        ShapeTensors.checked(shape, tensors, name);
        vocabulary.tokenizer();
    }

    /**
     * Writes the file.
     *
     * @param matrices type of the matrices: F32, F16 or Q8_0; one whose rows are no multiple of the block stays F16.
     *     Vectors stay F32
     */
    public void write(Path file, ElementType matrices) {
        Integer fileType = FILE_TYPES.get(matrices);
        if (fileType == null) {
            throw new IllegalArgumentException("matrices as " + matrices + ", supported are " + FILE_TYPES.keySet());
        }
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", "llama")
                .text("general.name", name)
                .integer("general.file_type", fileType)
                .integer("general.quantization_version", 2);
        new LinkedHashMap<>(notes).forEach(writer::text);
        ShapeMetadata.put(shape, shape.contextTokens(), RopeMetadata.plain(ropeBase), writer, name);
        tokenizer().put(writer);
        for (Tensor tensor : tensors.values()) {
            ElementType type = typeOf(tensor, matrices);
            writer.tensor(tensor.name(), type, tensor.rows(), tensor.columns(),
                    () -> Encodings.encode(ordered(tensor), type));
        }
        writer.write(file);
    }

    private static ElementType typeOf(Tensor tensor, ElementType matrices) {
        if (tensor.rows() == 1) {
            return ElementType.F32;
        }
        return tensor.columns() % matrices.blockElements() == 0 ? matrices : ElementType.F16;
    }

    private Tensor ordered(Tensor tensor) {
        if (shape.rope().interleaved()) {
            return tensor;
        }
        if (tensor.name().contains(".attn_q.")) {
            return Encodings.interleaved(tensor, shape.heads());
        }
        return tensor.name().contains(".attn_k.") ? Encodings.interleaved(tensor, shape.kvHeads()) : tensor;
    }

    private GgufTokenizer tokenizer() {
        return new GgufTokenizer("gpt2", vocabulary.preTokenizer(), vocabulary.tokens(), new float[0],
                vocabulary.kinds(), vocabulary.merges(), vocabulary.begin(), vocabulary.ends(), vocabulary.addBegin(),
                false, false, new GgufTokenizer.Specials(
                        OptionalInt.empty(), OptionalInt.empty(), vocabulary.chatTemplate()));
    }
}
