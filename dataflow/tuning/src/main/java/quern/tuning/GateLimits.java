package quern.tuning;

import quern.config.TuningConfig;

/**
 * What an adapter must reach to go live; see {@link TuningConfig}.
 *
 * @param lossMargin in nats per token
 * @param generalLossMax in nats per token
 */
public record GateLimits(double lossMargin, double spanScoreMin, double generalLossMax) {

    public static GateLimits of(TuningConfig config) {
        return new GateLimits(config.gateLossMargin(), config.gateSpanScoreMin(), config.gateGeneralLossMax());
    }
}
