package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.NetworkPass;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.SliceBudget;

/** Mean loss of a network over examples, a slice at a time. Examples are summed one by one: slices change nothing. */
public final class LossMeter {

    private final DecoderNetwork network;
    private final List<Segment> examples;
    private NetworkPass pass;
    private final double[] sums;
    private final int[] counts;
    private int next;
    private double sum;
    private long counted;

    public LossMeter(DecoderNetwork network, List<Segment> examples) {
        this.network = network;
        this.examples = examples;
        this.sums = new double[examples.size()];
        this.counts = new int[examples.size()];
    }

    public boolean done() {
        return next == examples.size();
    }

    /** Goes on, as {@link quern.tuning.network.BatchGradients#slice}. */
    public int slice(int tokensMax, long nanosMax) {
        SliceBudget budget = new SliceBudget(tokensMax, nanosMax);
        while (!done() && budget.fits(pieceNanos())) {
            if (pass == null) {
                PackedBatch example = PackedBatch.of(List.of(examples.get(next)));
                counts[next] = example.labelCount();
                counted += counts[next];
                pass = network.beginLoss(example);
            }
            budget.advance(pass);
            if (pass.done()) {
                sum += pass.loss();
                sums[next] = pass.loss();
                pass = null;
                next++;
            }
        }
        return budget.used();
    }

    /** How long the smallest next piece takes; 0: not known. */
    public long pieceNanos() {
        return pass == null ? network.pieceNanos() : pass.pieceNanos();
    }

    /** Nats per counted token, NaN if there were none. */
    public double mean() {
        return counted == 0 ? Double.NaN : sum / counted;
    }

    /** Nats per counted token of each example. */
    double[] each() {
        double[] means = sums.clone();
        for (int i = 0; i < means.length; i++) {
            means[i] /= counts[i];
        }
        return means;
    }

    /** Nats of all counted tokens of an example. */
    double sum(int example) {
        return sums[example];
    }

    /** Counted tokens of an example. */
    int counted(int example) {
        return counts[example];
    }

    public long counted() {
        return counted;
    }
}
