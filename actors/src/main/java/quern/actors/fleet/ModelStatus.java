package quern.actors.fleet;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is to be seen of a model.
 *
 * @param bytes of memory it takes, or would
 * @param stage what is being done while it is loaded, or why it cannot be had
 * @param beganNanos when its loading began, on {@link System#nanoTime}'s scale
 * @param expectedNanos what loading it should take, by what others took
 * @param untilMs epoch milliseconds at which it is unloaded if nobody asks, or may be loaded again after a failure
 */
public record ModelStatus(
        String name, State state, long bytes, String stage, long beganNanos, long expectedNanos,
        OptionalLong untilMs) {

    /** Waiting for room and loading are one to those outside. */
    public enum State { AVAILABLE, LOADING, LOADED, FAILED }

    private static final double PROGRESS_MAX = 0.99;

    static ModelStatus available(String name, long bytes) {
        return new ModelStatus(name, State.AVAILABLE, bytes, "", 0, 0, OptionalLong.empty());
    }

    /** Share of its loading that should be over; empty unless it is loading. */
    public Optional<Double> progress(long nowNanos) {
        if (state != State.LOADING) {
            return Optional.empty();
        }
        return Optional.of(expectedNanos <= 0 || beganNanos == 0 ? 0
                : Math.min(PROGRESS_MAX, Math.max(0, (nowNanos - beganNanos) / (double) expectedNanos)));
    }
}
