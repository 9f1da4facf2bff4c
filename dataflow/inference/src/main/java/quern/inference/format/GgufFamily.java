package quern.inference.format;

import quern.gpu.kernel.RopeTable;
import quern.inference.format.Architecture.Quirk;
import quern.inference.transformer.ModelShape;

/** What GGUF files of a model call its family, and how they have rows of its queries and keys. */
public record GgufFamily(String name, boolean neighbours) {

    public static GgufFamily of(ModelShape shape) {
        Architecture architecture = Architecture.ofName(shape.architecture());
        return new GgufFamily(architecture.gguf(), architecture.has(Quirk.NEIGHBOURS_IN_GGUF));
    }

    /** The shape with rows of queries and keys in the order of GGUF files, wherever it was read. */
    public static ModelShape shape(ModelShape shape) {
        RopeTable rope = new RopeTable(of(shape).neighbours(), shape.rope().frequencies(), shape.rope().magnitude());
        return new ModelShape(shape.architecture(), shape.layers(), shape.hidden(), shape.heads(), shape.kvHeads(),
                shape.headSize(), shape.feedForward(), shape.vocabulary(), shape.contextTokens(), shape.normEpsilon(),
                rope, shape.tiedEmbeddings(), shape.attentionBias(), shape.traits());
    }
}
