package quern.actors.tuning;

import java.util.Optional;
import quern.config.TuningConfig;
import quern.tuning.GateLimits;
import quern.tuning.gate.CheckLimits;

/**
 * What a job's evaluation gate measures besides loss and spans, every parameter effective.
 *
 * @param checksId an uploaded file of checks
 * @param checksMin least share of them that must pass
 * @param checksLostMax most that the base passes and the adapter fails
 * @param generalId an uploaded file of general text, instead of the one that is built in
 * @param seesAll whether whoever asked for it may have everybody's models judge
 * @param leaks null in a record of before there was a choice
 */
public record GateSpec(
        Optional<String> checksId, double checksMin, int checksLostMax, Optional<String> generalId,
        boolean seesAll, LeakSpec leaks) {

    public GateSpec {
        leaks = leaks == null ? LeakSpec.NONE : leaks;
    }

    /** Nothing. */
    static final GateSpec NONE = new GateSpec(
            Optional.empty(), CheckLimits.DEFAULT.shareMin(), CheckLimits.DEFAULT.lostMax(), Optional.empty(),
            false, LeakSpec.NONE);

    /** What a request may say itself; what it leaves out comes from the configuration. */
    public record Wishes(
            Optional<String> checksId, Optional<Double> checksMin, Optional<Integer> checksLostMax,
            Optional<String> generalId, boolean seesAll, LeakSpec leaks) {

        /** Nothing: all of it comes from the configuration. */
        public static final Wishes NONE = new Wishes(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false,
                LeakSpec.NONE);
    }

    static GateSpec of(Wishes wishes, TuningConfig config) {
        return new GateSpec(wishes.checksId(), wishes.checksMin().orElse(config.gateChecksMin()),
                wishes.checksLostMax().orElse(CheckLimits.DEFAULT.lostMax()), wishes.generalId(), wishes.seesAll(),
                wishes.leaks());
    }

    GateLimits limits(double lossMargin, double spanScoreMin, double generalLossMax) {
        return new GateLimits(
                lossMargin, spanScoreMin, generalLossMax, new CheckLimits(checksMin, checksLostMax),
                leaks.limits());
    }
}
