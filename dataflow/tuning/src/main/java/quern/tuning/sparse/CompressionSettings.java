package quern.tuning.sparse;

import java.util.OptionalDouble;
import quern.tuning.TuningSettings;

/**
 * What a compression depends on besides base, adapter and samples.
 *
 * @param tuning those the adapter was trained with; rates, batches and the gate's limits are taken from there
 * @param density share of the elements that stay; empty: found by held-out loss
 * @param lossIncreaseMax by how much of itself held-out loss may grow, 0.01: one in a hundred
 * @param epochs passes over the samples when a candidate is trained further; 0: none is
 */
public record CompressionSettings(
        TuningSettings tuning, OptionalDouble density, double lossIncreaseMax, int epochs) {

    public CompressionSettings {
        if (density.isPresent() && !(density.getAsDouble() > 0 && density.getAsDouble() <= 1)
                || !(lossIncreaseMax >= 0) || epochs < 0) {
            throw new IllegalArgumentException("density " + density + ", loss increase " + lossIncreaseMax + ", "
                    + epochs + " epochs, expected above 0 to 1, 0 or more, 0 or more");
        }
    }
}
