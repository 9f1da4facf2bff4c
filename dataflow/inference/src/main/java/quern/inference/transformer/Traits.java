package quern.inference.transformer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.gpu.kernel.RopeTable;

/**
 * What sets one family of models apart from {@link #LLAMA}. The forward pass reads these, never a family's name.
 *
 * @param attentionSoftcap of attention's scores, 0: none
 * @param logitSoftcap of the logits, 0: none
 * @param layers one per layer, or empty when all layers attend to everything and turn by the shape's rope
 * @param experts when feed-forwards are mixtures
 */
public record Traits(
        NormPlacement norms,
        QueryKeyNorm queryKeyNorm,
        Activation activation,
        Multipliers multipliers,
        float attentionSoftcap,
        float logitSoftcap,
        List<LayerKind> layers,
        Optional<Experts> experts) {

    /** Where RMS norms stand around attention and around the feed-forward. */
    public enum NormPlacement {
        /** On what goes in. */
        BEFORE,
        /** On what goes in and on what comes out, before it is added (Gemma 2, arXiv 2408.00118). */
        AROUND,
        /** On what comes out only (OLMo 2, arXiv 2501.00656). */
        AFTER
    }

    /** RMS norm of queries and keys before they turn. */
    public enum QueryKeyNorm {
        NONE,
        /** Each head by itself (Qwen3, Gemma 3). */
        HEAD,
        /** All heads of a row together (OLMo 2). */
        PROJECTION
    }

    /** What the gate of a feed-forward goes through. */
    public enum Activation {
        SILU,
        /** In its tanh form. */
        GELU
    }

    /**
     * @param embedding times each embedding
     * @param residual times what attention and feed-forward add (Granite)
     * @param attention times each score; 0: {@code 1 / sqrt(headSize)}
     * @param logits times each logit, before the softcap
     */
    public record Multipliers(float embedding, float residual, float attention, float logits) {

        public static final Multipliers NONE = new Multipliers(1f, 1f, 0f, 1f);
    }

    /**
     * @param windowTokens positions a row sees, itself included; 0: all before it
     * @param rope empty: nothing turns (NoPE, arXiv 2305.19466, as in SmolLM3)
     */
    public record LayerKind(int windowTokens, Optional<RopeTable> rope) {}

    /**
     * A feed-forward of many, of which each row uses a few (Shazeer et al., arXiv 1701.06538; Mixtral, arXiv
     * 2401.04088).
     *
     * @param chosen experts per row
     * @param feedForward inner width of one expert
     * @param normalized weights of the chosen add up to 1; otherwise they are the softmax over all
     * @param denseLayers layers with one plain feed-forward
     */
    public record Experts(int count, int chosen, int feedForward, boolean normalized, Set<Integer> denseLayers) {}

    /** Norms before, SiLU, nothing else. */
    public static final Traits LLAMA = new Traits(NormPlacement.BEFORE, QueryKeyNorm.NONE, Activation.SILU,
            Multipliers.NONE, 0f, 0f, List.of(), Optional.empty());

    /** The norms on what comes out are there. */
    public boolean normsAfter() {
        return norms != NormPlacement.BEFORE;
    }

    /** The norms on what goes in are there. */
    public boolean normsBefore() {
        return norms != NormPlacement.AFTER;
    }
}
