package quern.actors.tuning;

import java.util.Optional;
import java.util.OptionalDouble;
import quern.tuning.sparse.CompressionSettings;

/**
 * What a compression job was asked for, every parameter effective.
 *
 * @param adapterId the trained adapter
 * @param density share of the elements that stay; absent: found by held-out loss
 * @param lossIncreaseMax by how much of itself held-out loss may grow
 * @param epochs passes over the samples when a candidate is trained further
 * @param allowTainted whether it goes on, and is published, though the dataset is tainted
 */
public record CompressionSpec(
        String adapterId, Optional<Double> density, double lossIncreaseMax, int epochs, boolean allowTainted) {

    CompressionSettings settings(TuningSpec tuned) {
        return new CompressionSettings(tuned.settings(),
                density.map(OptionalDouble::of).orElse(OptionalDouble.empty()), lossIncreaseMax, epochs);
    }
}
