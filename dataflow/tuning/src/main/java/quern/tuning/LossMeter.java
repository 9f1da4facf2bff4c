package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/** Mean loss of a network over examples, a slice at a time. Examples are summed one by one: slices change nothing. */
public final class LossMeter {

    private final DecoderNetwork network;
    private final List<Segment> examples;
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

    /** @return tokens used, 0 if the next example is longer than {@code tokensMax} */
    public int slice(int tokensMax) {
        int used = 0;
        while (!done() && used + examples.get(next).count() <= tokensMax) {
            PackedBatch example = PackedBatch.of(List.of(examples.get(next++)));
            sum += network.loss(example);
            counted += example.labelCount();
            used += example.count();
        }
        return used;
    }

    /** Nats per counted token, NaN if there were none. */
    public double mean() {
        return counted == 0 ? Double.NaN : sum / counted;
    }

    public long counted() {
        return counted;
    }
}
