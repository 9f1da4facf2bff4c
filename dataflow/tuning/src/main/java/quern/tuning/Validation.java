package quern.tuning;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;

/** Measures loss on samples that are not learnt between a run's steps, a slice at a time, and keeps the best values. */
final class Validation {

    private final DecoderNetwork network;
    private final Supplier<HeldOutLoss> first;
    private final List<Segment> examples;
    private final ValidationSettings settings;
    private final int steps;
    private final TrainingState state;
    private final Consumer<TuningEvent.Validated> listener;
    /** Of the last measurement, if there was one; the next one knows what this one found of the base. */
    private HeldOutLoss last;
    private HeldOutLoss meter;

    /**
     * @param base the model as it was, where the run's preference needs it
     * @param steps of the whole run
     */
    Validation(DecoderNetwork network, Optional<DecoderNetwork> base, TuningSet set, TuningSettings run, int steps,
            TrainingState state, Consumer<TuningEvent.Validated> listener) {
        this.network = network;
        this.settings = run.validation();
        this.examples = set.validation(settings.examplesMax());
        this.first = () -> new HeldOutLoss(network, base, examples, run.preference());
        this.steps = steps;
        this.state = state;
        this.listener = listener;
        if (settings.wanted()) {
            state.keepBest(settings.patience() > 0);
        }
    }

    /** Whether there is something to measure before the next step. */
    boolean due() {
        int step = state.step();
        return settings.wanted() && !examples.isEmpty() && step > best().measuredStep()
                && (step % settings.steps() == 0 || step == steps);
    }

    /** Goes on with what is {@link #due}. */
    int slice(int tokensMax, long nanosMax) {
        if (meter == null) {
            meter = last == null ? first.get() : last.again(network, examples);
        }
        int used = meter.slice(tokensMax, nanosMax);
        if (meter.done()) {
            best().measured(state.step(), meter.mean(), state.parameters());
            listener.accept(new TuningEvent.Validated(state.step(), meter.mean(), meter.counted(), best().step(),
                    best().loss(), endsEarly()));
            last = meter;
            meter = null;
        }
        return used;
    }

    int exampleCount() {
        return settings.wanted() ? examples.size() : 0;
    }

    long pieceNanos() {
        return meter == null ? network.pieceNanos() : meter.pieceNanos();
    }

    /** Whether there is no use in further steps. */
    boolean endsEarly() {
        return settings.patience() > 0 && settings.wanted() && best().staleCount() >= settings.patience()
                && state.step() < steps;
    }

    /** Goes back to the best values, where they are kept. */
    void restoreBest() {
        state.best().ifPresent(best -> best.restore(state.parameters()));
    }

    private BestValues best() {
        return state.best().orElseThrow();
    }
}
