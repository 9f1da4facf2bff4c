package quern.tuning;

import java.util.List;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.preference.PreferenceLoss;

/** Losses of a network on examples, of pairs on both answers, a slice at a time. */
final class ExampleLosses {

    private final LossMeter chosen;
    private final LossMeter rejected;

    ExampleLosses(DecoderNetwork network, List<Segment> examples) {
        this.chosen = new LossMeter(network, examples.stream().map(Segment::chosen).toList());
        this.rejected = new LossMeter(
                network, examples.stream().filter(Segment::isPair).map(Segment::rejected).toList());
    }

    boolean done() {
        return chosen.done() && rejected.done();
    }

    /** As {@link LossMeter#slice}. */
    int slice(int tokensMax, long nanosMax) {
        return next().slice(tokensMax, nanosMax);
    }

    /** As {@link LossMeter#pieceNanos}. */
    long pieceNanos() {
        return next().pieceNanos();
    }

    private LossMeter next() {
        return chosen.done() ? rejected : chosen;
    }

    /** Of what is to be preferred, or is no pair. */
    LossMeter chosen() {
        return chosen;
    }

    long counted() {
        return chosen.counted() + rejected.counted();
    }

    /** Of each pair, the examples being pairs. @param base losses of the base on the same */
    double[] margins(PreferenceLoss loss, ExampleLosses base) {
        double[] margins = new double[chosen.each().length];
        for (int i = 0; i < margins.length; i++) {
            margins[i] = loss.reward(chosen.sum(i), base.chosen.sum(i), chosen.counted(i))
                    - loss.reward(rejected.sum(i), base.rejected.sum(i), rejected.counted(i));
        }
        return margins;
    }
}
