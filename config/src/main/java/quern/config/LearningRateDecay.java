package quern.config;

/** How a learning rate falls behind its warm-up, from its peak to its lowest. */
public enum LearningRateDecay {
    /** Half a cosine (Loshchilov and Hutter, SGDR, arXiv 1608.03983). */
    COSINE,
    LINEAR,
    /** Not at all. */
    CONSTANT
}
