package quern.inference.engine;

/** How urgent a request is, the most urgent first. */
public enum ServiceTier {
    /** Goes first; takes the place of a running flexible one when there is no other. */
    PRIORITY,
    STANDARD,
    /** Fills what the others leave. */
    FLEX
}
