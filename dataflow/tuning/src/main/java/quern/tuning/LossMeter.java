package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.NetworkPass;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/** Mean loss of a network over examples, a slice at a time. Examples are summed one by one: slices change nothing. */
public final class LossMeter {

    private final DecoderNetwork network;
    private final List<Segment> examples;
    private NetworkPass pass;
    private int next;
    private double sum;
    private long counted;

    public LossMeter(DecoderNetwork network, List<Segment> examples) {
        this.network = network;
        this.examples = examples;
    }

    public boolean done() {
        return next == examples.size();
    }

    /**
     * Goes on measuring.
     *
     * @param tokensMax about how many tokens' worth of work
     * @return tokens' worth that was done, at least 1 if it was not {@link #done}
     */
    public int slice(int tokensMax) {
        double used = 0;
        while (!done() && used < tokensMax) {
            if (pass == null) {
                PackedBatch example = PackedBatch.of(List.of(examples.get(next)));
                counted += example.labelCount();
                pass = network.beginLoss(example);
            }
            used += pass.advance(pass.rowsWorth(tokensMax - used));
            if (pass.done()) {
                sum += pass.loss();
                pass = null;
                next++;
            }
        }
        return (int) Math.min(tokensMax, Math.ceil(used));
    }

    /** Nats per counted token, NaN if there were none. */
    public double mean() {
        return counted == 0 ? Double.NaN : sum / counted;
    }

    public long counted() {
        return counted;
    }
}
