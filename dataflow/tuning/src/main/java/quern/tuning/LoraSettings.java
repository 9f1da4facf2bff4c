package quern.tuning;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import quern.config.TuningConfig;

/**
 * Shape of an adapter.
 *
 * @param rankStabilized scale is {@code alpha / sqrt(rank)} (Kalajdzievski, rsLoRA, arXiv 2312.03732) instead of
 *     {@code alpha / rank}
 * @param targets matrices of every block it sits beside; in one order, so that equal settings read the same
 * @param seed of the first A
 * @param dora whether the length of every row is trained apart from its direction (Liu et al., DoRA, arXiv 2402.09353)
 */
public record LoraSettings(
        int rank, double alpha, boolean rankStabilized, Set<LoraTarget> targets, long seed, boolean dora) {

    public LoraSettings {
        if (rank < 1 || !(alpha > 0) || targets.isEmpty()) {
            throw new IllegalArgumentException("adapter of rank " + rank + ", alpha " + alpha + ", " + targets.size()
                    + " targets, expected all above 0");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** Without lengths of their own. */
    public LoraSettings(int rank, double alpha, boolean rankStabilized, Set<LoraTarget> targets, long seed) {
        this(rank, alpha, rankStabilized, targets, seed, false);
    }

    /** All seven matrices of a block. */
    public static LoraSettings ofAllTargets(int rank, double alpha, long seed) {
        return new LoraSettings(rank, alpha, false, EnumSet.allOf(LoraTarget.class), seed);
    }

    /** The configuration's. */
    static LoraSettings of(TuningConfig config, long seed) {
        return new LoraSettings(
                config.loraRank(), config.loraAlpha(), config.rslora(), targets(config.loraTargets()), seed,
                config.dora());
    }

    /** Matrices by PEFT's names: {@code q_proj}. */
    public static Set<LoraTarget> targets(List<String> names) {
        return names.stream().map(name -> LoraTarget.ofShortName(name).orElseThrow(() ->
                new IllegalArgumentException("no matrix of a block is called " + name))).collect(Collectors.toSet());
    }

    public float scale() {
        return (float) (rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank);
    }

    /** Names a run in its checkpoint, as it did before there was a choice. */
    @Override
    public String toString() {
        return "LoraSettings[rank=" + rank + ", alpha=" + alpha + ", rankStabilized=" + rankStabilized + ", targets="
                + targets + ", seed=" + seed + (dora ? ", dora=true]" : "]");
    }
}
