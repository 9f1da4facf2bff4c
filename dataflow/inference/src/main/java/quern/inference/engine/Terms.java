package quern.inference.engine;

import java.util.OptionalLong;

/**
 * When a request wants its answer.
 *
 * @param deadlineNanos on {@link System#nanoTime}'s scale; by then the answer is complete, or it ends with
 *     {@link DeadlineExceeded}; absent: any time will do
 */
public record Terms(ServiceTier tier, OptionalLong deadlineNanos) {

    public static final Terms STANDARD = new Terms(ServiceTier.STANDARD, OptionalLong.empty());

    /** Of this tier, without a deadline. */
    public static Terms of(ServiceTier tier) {
        return new Terms(tier, OptionalLong.empty());
    }
}
