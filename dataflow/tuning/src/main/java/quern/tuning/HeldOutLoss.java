package quern.tuning;

import java.util.List;
import java.util.Optional;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.preference.PreferenceLoss;

/** Mean loss of a network on examples, of pairs that of their preference, a slice at a time. */
public final class HeldOutLoss {

    private final Optional<PreferenceLoss> preference;
    private final ExampleLosses losses;
    private final Optional<ExampleLosses> base;

    private HeldOutLoss(ExampleLosses losses, Optional<ExampleLosses> base, Optional<PreferenceLoss> preference) {
        this.losses = losses;
        this.base = base;
        this.preference = preference;
    }

    /**
     * @param base the model as it was; used where the preference needs it
     * @param preference empty: the examples are no pairs, or their chosen answers are meant
     */
    public HeldOutLoss(DecoderNetwork network, Optional<DecoderNetwork> base, List<Segment> examples,
            Optional<PreferenceLoss> preference) {
        this(new ExampleLosses(network, examples), preference.filter(PreferenceLoss::needsBase)
                .map(loss -> new ExampleLosses(base.orElseThrow(), examples)), preference);
    }

    /** On the same examples once more; what the base loses on them is known. */
    public HeldOutLoss again(DecoderNetwork network, List<Segment> examples) {
        return new HeldOutLoss(new ExampleLosses(network, examples), base, preference);
    }

    public boolean done() {
        return next().done();
    }

    /** As {@link LossMeter#slice}. */
    public int slice(int tokensMax, long nanosMax) {
        return next().slice(tokensMax, nanosMax);
    }

    /** As {@link LossMeter#pieceNanos}. */
    public long pieceNanos() {
        return next().pieceNanos();
    }

    private ExampleLosses next() {
        return base.filter(known -> !known.done()).orElse(losses);
    }

    /** Nats per counted token, or of a pair; NaN if there is none. */
    public double mean() {
        return preference.map(loss -> loss.mean(losses.margins(loss, base.orElse(losses))))
                .orElseGet(losses.chosen()::mean);
    }

    /** Counted tokens. */
    public long counted() {
        return losses.counted();
    }
}
