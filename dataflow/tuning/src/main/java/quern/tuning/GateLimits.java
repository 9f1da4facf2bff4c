package quern.tuning;

import quern.config.TuningConfig;
import quern.tuning.gate.CheckLimits;
import quern.tuning.gate.LeakLimits;

/**
 * What an adapter must reach to go live; see {@link TuningConfig}.
 *
 * @param lossMargin in nats per token
 * @param generalLossMax in nats per token
 * @param checks of the checks that the user gave
 * @param leaks of what the adapter gives away
 */
public record GateLimits(
        double lossMargin, double spanScoreMin, double generalLossMax, CheckLimits checks, LeakLimits leaks) {

    /** With leaks told and not refused. */
    public GateLimits(double lossMargin, double spanScoreMin, double generalLossMax, CheckLimits checks) {
        this(lossMargin, spanScoreMin, generalLossMax, checks, LeakLimits.NONE);
    }

    /** With nothing lost where there are checks. */
    public GateLimits(double lossMargin, double spanScoreMin, double generalLossMax) {
        this(lossMargin, spanScoreMin, generalLossMax, CheckLimits.DEFAULT);
    }

    public static GateLimits of(TuningConfig config) {
        return new GateLimits(config.gateLossMargin(), config.gateSpanScoreMin(), config.gateGeneralLossMax(),
                new CheckLimits(config.gateChecksMin(), 0));
    }
}
