package quern.inference.format;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.kernel.RopeTable;
import quern.inference.transformer.ModelShape;

/** The published numbers of models whose weights are not always at hand. */
public enum RandomShape {
    TINYLLAMA_1_1B("llama", 22, 2048, 32, 4, 5632, 32_000, 2048, 1e-5f, 10_000, 1, false),
    QWEN2_5_0_5B("qwen2", 24, 896, 14, 2, 4864, 151_936, 32_768, 1e-6f, 1_000_000, 1, true),
    SMOLLM2_135M("llama", 30, 576, 9, 3, 1536, 49_152, 8192, 1e-5f, 100_000, 1, true),
    LLAMA_3_2_1B("llama", 16, 2048, 32, 8, 8192, 128_256, 131_072, 1e-5f, 500_000, 32, true),
    LLAMA_3_1_8B("llama", 32, 4096, 32, 8, 14_336, 128_256, 131_072, 1e-5f, 500_000, 8, false);

    /** Of Llama 3's rope scaling: low and high frequency factor, context before scaling. */
    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final double CONTEXT = 8192;

    private final ModelShape shape;
    private final RopeMetadata rope;

    RandomShape(String architecture, int layers, int hidden, int heads, int kvHeads, int feedForward, int vocabulary,
            int contextTokens, float epsilon, double ropeBase, double ropeFactor, boolean tied) {
        boolean neighbours = architecture.equals("llama");
        int headSize = hidden / heads;
        RopeTable plain = RopeTable.of(neighbours, headSize, ropeBase);
        RopeTable scaled = ropeFactor == 1 ? plain : RopeScaling.llama3(plain, ropeFactor, LOW, HIGH, CONTEXT);
        this.rope = ropeFactor == 1 ? RopeMetadata.plain(ropeBase) : RopeMetadata.divided(ropeBase, plain, scaled);
        this.shape = new ModelShape(architecture, layers, hidden, heads, kvHeads, headSize, feedForward, vocabulary,
                contextTokens, epsilon, scaled, tied, architecture.equals("qwen2"));
    }

    /** As the command line spells it, such as {@code qwen2.5-0.5b}. */
    public String label() {
        return LABELS.get(ordinal());
    }

    private static final List<String> LABELS =
            List.of("tinyllama-1.1b", "qwen2.5-0.5b", "smollm2-135m", "llama-3.2-1b", "llama-3.1-8b");

    public static List<String> labels() {
        return LABELS;
    }

    /** @throws QuernException if there is none of that name, with those there are */
    public static RandomShape parse(String label) {
        int index = LABELS.indexOf(label.toLowerCase(Locale.ROOT));
        return Optional.of(index).filter(i -> i >= 0).map(i -> values()[i]).orElseThrow(() -> new QuernException(
                QuernException.Category.ERROR, "shape " + label + ", expected one of " + LABELS));
    }

    public ModelShape shape() {
        return shape;
    }

    RopeMetadata rope() {
        return rope;
    }

    GgufTokenizer tokenizer() {
        return switch (this) {
            case TINYLLAMA_1_1B -> FillerVocabulary.pieces(shape.vocabulary());
            case QWEN2_5_0_5B -> FillerVocabulary.byteLevel(shape.vocabulary(), "qwen2");
            case SMOLLM2_135M -> FillerVocabulary.byteLevel(shape.vocabulary(), "smollm");
            case LLAMA_3_2_1B, LLAMA_3_1_8B -> FillerVocabulary.byteLevel(shape.vocabulary(), "llama-bpe");
        };
    }
}
