package quern.actors.tuning;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** How fast a run's steps follow each other, requests between them included; later steps count more. */
final class StepPace {

    private static final double NEWEST_SHARE = 0.1;

    private double nanosPerStep;
    private long lastNanos;
    private int lastStep = -1;

    /** @param step the number of the step that was made */
    void stepped(int step, long nowNanos) {
        if (lastStep >= 0 && step > lastStep) {
            double nanos = (nowNanos - lastNanos) / (double) (step - lastStep);
            nanosPerStep = nanosPerStep == 0 ? nanos : (1 - NEWEST_SHARE) * nanosPerStep + NEWEST_SHARE * nanos;
        }
        lastStep = step;
        lastNanos = nowNanos;
    }

    /** Until step {@code steps} is made; empty before two steps were. */
    OptionalLong secondsLeft(int steps) {
        return nanosPerStep == 0 ? OptionalLong.empty()
                : OptionalLong.of((long) Math.ceil((steps - lastStep) * nanosPerStep / TimeUnit.SECONDS.toNanos(1)));
    }
}
