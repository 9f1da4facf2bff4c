package quern.inference.engine;

import java.time.Duration;
import java.util.Optional;

/**
 * When what happened to one sequence, in nanoseconds of the loop's monotonic clock; differences mean something, the
 * values themselves do not. What never happened is {@link #NEVER}.
 *
 * @param queuedNanos it was submitted
 * @param scheduledNanos it was first admitted to the steps, its blocks found or read; a preemption does not change it
 * @param firstTokenNanos its first token was drawn
 * @param lastTokenNanos its latest token was drawn
 * @param preemptions times it gave back its blocks
 */
public record SequenceTimes(
        long queuedNanos, long scheduledNanos, long firstTokenNanos, long lastTokenNanos, int preemptions) {

    /** No clock shows it within centuries of its start. */
    public static final long NEVER = Long.MIN_VALUE;

    /** From being queued to being scheduled. */
    public Optional<Duration> queueTime() {
        return between(queuedNanos, scheduledNanos);
    }

    /** From being scheduled to the first token. */
    public Optional<Duration> prefillTime() {
        return between(scheduledNanos, firstTokenNanos);
    }

    /** From the first token to the last. */
    public Optional<Duration> decodeTime() {
        return between(firstTokenNanos, lastTokenNanos);
    }

    private static Optional<Duration> between(long from, long to) {
        return from == NEVER || to == NEVER ? Optional.empty() : Optional.of(Duration.ofNanos(to - from));
    }
}
