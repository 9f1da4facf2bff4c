package quern.tuning.sparse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Finds the least density whose held-out loss is within a limit, by halving a list of densities: a denser adapter is
 * taken to be a better one. At each density gains are tried until one is good enough; where none is, the best of them
 * is refined. With a density given, it is the only one.
 */
public final class DensityChoice {

    /**
     * What to measure.
     *
     * @param gain on the scales it begins with
     * @param refined whether it is trained further before
     */
    public record Candidate(double density, float gain, boolean refined) {}

    /** @param loss held-out, in nats per token */
    public record Measured(Candidate candidate, double loss) {}

    private static final List<Double> DENSITIES = List.of(0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5);
    private static final List<Float> GAINS = List.of(1f, 1.15f, 1.3f, 1.5f);

    private final List<Double> densities;
    private final boolean refining;
    private final double lossMax;
    private final List<Measured> all = new ArrayList<>();
    private Optional<Measured> good = Optional.empty();
    private int tooSparse = -1;
    private int enough;
    private int tried;

    /**
     * @param fixed the density; empty: to be found
     * @param refining whether candidates may be trained further
     * @param lossMax the limit
     */
    public DensityChoice(OptionalDouble fixed, boolean refining, double lossMax) {
        this.densities = fixed.isPresent() ? List.of(fixed.getAsDouble()) : DENSITIES;
        this.refining = refining;
        this.lossMax = lossMax;
        this.enough = densities.size();
    }

    private int middle() {
        return (tooSparse + enough) / 2;
    }

    /** What to measure next; empty: the choice is made. */
    public Optional<Candidate> next() {
        if (enough - tooSparse <= 1) {
            return Optional.empty();
        }
        boolean refined = tried == GAINS.size();
        return Optional.of(new Candidate(densities.get(middle()), refined ? bestGain() : GAINS.get(tried), refined));
    }

    private float bestGain() {
        return all.subList(all.size() - GAINS.size(), all.size()).stream()
                .min(Comparator.comparingDouble(Measured::loss)).orElseThrow().candidate().gain();
    }

    /** The loss of {@link #next}. */
    public void measured(double loss) {
        Measured measured = new Measured(next().orElseThrow(), loss);
        all.add(measured);
        tried++;
        if (loss <= lossMax) {
            good = Optional.of(measured);
            enough = middle();
            tried = 0;
        } else if (tried == GAINS.size() + (refining ? 1 : 0)) {
            tooSparse = middle();
            tried = 0;
        }
    }

    /** The sparsest within the limit, or empty if there is none. */
    public Optional<Measured> chosen() {
        return good;
    }

    /** Everything that was measured, in order. */
    public List<Measured> all() {
        return List.copyOf(all);
    }

    /** How many candidates there are at most. */
    public int steps() {
        return (32 - Integer.numberOfLeadingZeros(densities.size())) * (GAINS.size() + (refining ? 1 : 0));
    }

    /** That with the least loss. */
    public Optional<Measured> best() {
        return all.stream().min(Comparator.comparingDouble(Measured::loss));
    }
}
