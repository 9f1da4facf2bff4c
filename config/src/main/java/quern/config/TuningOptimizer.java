package quern.config;

/** What turns gradients into changes. */
public enum TuningOptimizer {
    /** Two moments a parameter (Loshchilov and Hutter, arXiv 1711.05101). */
    ADAMW,
    /** The same two in a byte each (Dettmers et al., arXiv 2110.02861). */
    ADAMW8BIT,
    /** No gradients and no moments: two losses a step (Malladi et al., arXiv 2305.17333). */
    MEZO,
    /** One moment a parameter, of which only the sign counts (Chen et al., arXiv 2302.06675). */
    LION
}
