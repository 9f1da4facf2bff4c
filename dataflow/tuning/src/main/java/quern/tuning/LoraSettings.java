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
 */
public record LoraSettings(int rank, double alpha, boolean rankStabilized, Set<LoraTarget> targets, long seed) {

    public LoraSettings {
        if (rank < 1 || !(alpha > 0) || targets.isEmpty()) {
            throw new IllegalArgumentException("adapter of rank " + rank + ", alpha " + alpha + ", " + targets.size()
                    + " targets, expected all above 0");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** All seven matrices of a block. */
    public static LoraSettings ofAllTargets(int rank, double alpha, long seed) {
        return new LoraSettings(rank, alpha, false, EnumSet.allOf(LoraTarget.class), seed);
    }

    /** The configuration's. */
    static LoraSettings of(TuningConfig config, long seed) {
        return new LoraSettings(
                config.loraRank(), config.loraAlpha(), config.rslora(), targets(config.loraTargets()), seed);
    }

    /** Matrices by PEFT's names: {@code q_proj}. */
    public static Set<LoraTarget> targets(List<String> names) {
        return names.stream().map(name -> LoraTarget.ofShortName(name).orElseThrow(() ->
                new IllegalArgumentException("no matrix of a block is called " + name))).collect(Collectors.toSet());
    }

    public float scale() {
        return (float) (rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank);
    }
}
