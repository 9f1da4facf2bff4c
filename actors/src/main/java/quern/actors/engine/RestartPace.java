package quern.actors.engine;

import java.time.Duration;

/**
 * How long to wait before what broke is tried again: not at all the first time, then twice as long each time up to half
 * a minute, until a minute has passed without a failure.
 */
final class RestartPace {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration CALM = Duration.ofMinutes(1);

    private int inARow;
    private long latestNanos;

    /** @param nowNanos of a monotonic clock */
    Duration afterFailure(long nowNanos) {
        inARow = inARow > 0 && nowNanos - latestNanos > CALM.toNanos() ? 1 : inARow + 1;
        latestNanos = nowNanos;
        if (inARow == 1) {
            return Duration.ZERO;
        }
        Duration doubled = FIRST.multipliedBy(1L << Math.min(inARow - 2, 20));
        return doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }
}
