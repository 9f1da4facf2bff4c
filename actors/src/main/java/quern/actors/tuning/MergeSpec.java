package quern.actors.tuning;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import quern.config.TuningConfig;
import quern.tuning.merge.MergeSettings;

/**
 * What a merge job was asked for, every parameter effective.
 *
 * @param adapterIds of one base
 * @param weights of their updates in the sum, in the same order
 * @param drop share of the entries that are dropped before (DARE); absent: none
 * @param seed of what is dropped
 * @param rank of the result, at most; absent: all ranks together
 * @param name part of the new adapter's id, and the alias it is published under
 * @param dataIds datasets or files of which the gate measures what none of the adapters has learnt
 * @param allowTainted whether it goes on, and is published, though one of them is tainted
 */
public record MergeSpec(
        List<String> adapterIds, List<Double> weights, Optional<Double> drop, long seed, Optional<Integer> rank,
        String name, List<String> dataIds, double gateLossMargin, double gateSpanScoreMin, double gateGeneralLossMax,
        GateSpec gate, boolean allowTainted) {

    /** What a request may say of the gate; what it leaves out comes from the configuration. */
    public record GateWishes(
            Optional<Double> lossMargin, Optional<Double> spanScoreMin, Optional<Double> generalLossMax,
            GateSpec.Wishes others) {}

    /** With the gate that is wanted. */
    public MergeSpec with(GateWishes wishes, TuningConfig config) {
        return new MergeSpec(adapterIds, weights, drop, seed, rank, name, dataIds,
                wishes.lossMargin().orElse(config.gateLossMargin()),
                wishes.spanScoreMin().orElse(config.gateSpanScoreMin()),
                wishes.generalLossMax().orElse(config.gateGeneralLossMax()),
                GateSpec.of(wishes.others(), config), allowTainted);
    }

    /** With the gate as the configuration has it. */
    public static MergeSpec of(List<String> adapterIds, List<Double> weights, Optional<Double> drop, long seed,
            Optional<Integer> rank, String name, List<String> dataIds, boolean allowTainted) {
        return new MergeSpec(List.copyOf(adapterIds), List.copyOf(weights), drop, seed, rank, name,
                List.copyOf(dataIds), 0, 0, 0, GateSpec.NONE, allowTainted);
    }

    MergeSettings settings() {
        return new MergeSettings(drop.map(OptionalDouble::of).orElse(OptionalDouble.empty()), seed,
                rank.map(OptionalInt::of).orElse(OptionalInt.empty()),
                gate.limits(gateLossMargin, gateSpanScoreMin, gateGeneralLossMax));
    }
}
