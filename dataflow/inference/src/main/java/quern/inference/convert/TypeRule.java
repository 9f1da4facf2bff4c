package quern.inference.convert;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.config.QuernException;
import quern.gpu.tensor.ElementType;
import quern.inference.format.SourceTensor;

/**
 * Which element type each tensor of a file gets, as llama.cpp chooses: vectors, norms and routers stay F32; the output
 * matrix, or the embeddings where they are tied to it, is kept finer than the rest; rows that are no multiple of a
 * type's block fall back to a type of about the same size whose block fits.
 *
 * @param type of the matrices
 * @param embedding of {@code token_embd.weight}; absent: as the rest, or as the output where there is none
 * @param output of {@code output.weight}; absent: Q6_K under a quantised type other than Q8_0, else {@code type}
 */
public record TypeRule(ElementType type, Optional<ElementType> embedding, Optional<ElementType> output) {

    /**
     * @param type what is written
     * @param wanted what the rule asks for before the length of the rows is looked at
     */
    public record Choice(ElementType type, ElementType wanted) {

        public boolean fellBack() {
            return type != wanted;
        }
    }

    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    /** One-dimensional by meaning, whatever their rank. */
    private static final Set<String> NEVER = Set.of("position_embd.weight", "token_types.weight");

    /** Where rows do not fit: the next to try. */
    private static final Map<ElementType, ElementType> NEXT = Map.ofEntries(
            Map.entry(ElementType.Q2_K, ElementType.IQ4_NL),
            Map.entry(ElementType.Q3_K, ElementType.IQ4_NL),
            Map.entry(ElementType.IQ4_XS, ElementType.IQ4_NL),
            Map.entry(ElementType.Q4_K, ElementType.Q5_0),
            Map.entry(ElementType.Q5_K, ElementType.Q5_1),
            Map.entry(ElementType.Q6_K, ElementType.Q8_0));

    /** llama.cpp's numbers for {@code general.file_type}; of the K types those of the unmixed files. */
    private static final Map<ElementType, Integer> FILE_TYPES = Map.ofEntries(
            Map.entry(ElementType.F32, 0), Map.entry(ElementType.F16, 1), Map.entry(ElementType.Q4_0, 2),
            Map.entry(ElementType.Q4_1, 3), Map.entry(ElementType.Q8_0, 7), Map.entry(ElementType.Q5_0, 8),
            Map.entry(ElementType.Q5_1, 9), Map.entry(ElementType.Q2_K, 10), Map.entry(ElementType.Q3_K, 11),
            Map.entry(ElementType.Q4_K, 14), Map.entry(ElementType.Q5_K, 16), Map.entry(ElementType.Q6_K, 18),
            Map.entry(ElementType.IQ4_NL, 25), Map.entry(ElementType.IQ4_XS, 30), Map.entry(ElementType.BF16, 32));

    /** Every matrix of one type, the output too. */
    public static TypeRule pure(ElementType type) {
        return new TypeRule(type, Optional.of(type), Optional.of(type));
    }

    /** llama.cpp's defaults. */
    public static TypeRule of(ElementType type) {
        return new TypeRule(type, Optional.empty(), Optional.empty());
    }

    /** @throws QuernException if there is no such type, with those there are */
    public static ElementType parse(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        for (ElementType type : ElementType.values()) {
            if (type.name().equals(upper)) {
                return type;
            }
        }
        throw new QuernException(QuernException.Category.ERROR,
                "type " + name + ", expected one of " + List.of(ElementType.values()));
    }

    /** {@code general.file_type} of a file made by this rule. */
    public int fileType() {
        return FILE_TYPES.get(type);
    }

    /** @param tied the model has no output matrix of its own */
    public Choice choose(SourceTensor tensor, boolean tied) {
        return choose(tensor.name(), tensor.columns(), tensor.dimensions().size(), tied);
    }

    /** @param rank 1 for a vector */
    public Choice choose(String name, int columns, int rank, boolean tied) {
        if (rank < 2 || !name.endsWith(".weight") || isKeptFine(name)) {
            return new Choice(ElementType.F32, ElementType.F32);
        }
        ElementType wanted = wanted(name, tied);
        ElementType fitting = wanted;
        while (columns % fitting.blockElements() != 0) {
            fitting = NEXT.getOrDefault(fitting, ElementType.F16);
        }
        return new Choice(fitting, wanted);
    }

    private static boolean isKeptFine(String name) {
        return NEVER.contains(name) || name.endsWith("_norm.weight") || name.endsWith(".ffn_gate_inp.weight")
                || name.endsWith("_norm_enc.weight");
    }

    private ElementType wanted(String name, boolean tied) {
        if (name.equals(EMBEDDING)) {
            return embedding.orElseGet(() -> tied ? ofOutput() : type);
        }
        return name.equals(OUTPUT) ? ofOutput() : type;
    }

    private ElementType ofOutput() {
        boolean quantised = type.blockElements() > 1;
        return output.orElse(quantised && type != ElementType.Q8_0 ? ElementType.Q6_K : type);
    }
}
