package quern.inference.engine;

/** Why a sequence ended without an error. */
public enum FinishReason {
    /** The model ended its answer, or a stop string appeared. */
    STOP,
    /** The answer reached its own limit or the context's end. */
    LENGTH,
    /** Somebody asked for it. */
    CANCELLED
}
