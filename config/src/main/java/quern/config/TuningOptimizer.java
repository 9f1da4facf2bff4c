package quern.config;

/** What turns gradients into changes. */
public enum TuningOptimizer {
    /** Two moments a parameter (Loshchilov and Hutter, arXiv 1711.05101). */
    ADAMW,
    /** One moment a parameter, of which only the sign counts (Chen et al., arXiv 2302.06675). */
    LION
}
