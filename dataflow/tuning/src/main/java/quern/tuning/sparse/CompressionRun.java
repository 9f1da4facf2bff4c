package quern.tuning.sparse;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.tuning.AdaptedModel;
import quern.tuning.Evaluation;
import quern.tuning.EvaluationGate;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.FinalGate;
import quern.tuning.GatedRun;
import quern.tuning.HeldOutLoss;
import quern.tuning.TuningSet;
import quern.tuning.gate.CheckOutcome;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.preference.PreferenceGradients;
import quern.tuning.preference.PreferenceLoss;

/**
 * Makes a sparse ternary adapter of one that was trained: measures the held-out loss of what it is, then of candidates
 * until the choice is made, some trained further on what the adapter was trained on, puts the chosen one through the
 * gate and writes its file. The engine's thread calls
 * {@link #slice}; whoever owns the job opens it, listens, and may {@link #cancel} from any thread. The same input gives
 * the same file, however it is cut into slices, so a run that was killed simply begins again.
 */
public final class CompressionRun implements GatedRun {

    private final LoadedModel model;
    private final LoraWeights original;
    private final CompressionSettings settings;
    private final TuningSet set;
    private final HeldOut heldOut;
    private final Backend backend;
    private final Path directory;
    private final Consumer<CompressionEvent> listener;
    private final AdaptedModel adapted;
    /** The model as it was, where rewards are against it. */
    private final Optional<DecoderNetwork> base;
    private TernaryAdapter candidate;
    private TernaryAdapter best;
    private Refinement refinement;
    private HeldOutLoss meter;
    private DensityChoice choice;
    private double originalLoss;
    private volatile FinalGate gate;
    private volatile boolean fruitless;
    private volatile boolean cancelled;

    /**
     * @param original the trained adapter
     * @param directory where the file goes
     * @param listener called by whoever calls {@link #slice}
     * @throws QuernException if there is nothing to measure on, or base, adapter and settings do not fit
     */
    public CompressionRun(
            LoadedModel model, LoraWeights original, CompressionSettings settings, TuningSet set, Backend backend,
            Path directory, Consumer<CompressionEvent> listener) {
        this.set = set;
        this.heldOut = set.heldOut();
        if (heldOut.examples().isEmpty()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "no held-out example to measure the adapter's loss on, expected at least 1");
        }
        this.model = model;
        this.original = original;
        this.settings = settings;
        this.backend = backend;
        this.directory = directory;
        this.listener = listener;
        this.adapted = new AdaptedModel(model, settings.tuning().lora(), backend);
        adapted.load(original);
        Optional<PreferenceLoss> preference = settings.tuning().preference();
        this.base = preference.filter(PreferenceLoss::needsBase).map(loss -> AdaptedModel.frozen(model, backend));
        this.meter = new HeldOutLoss(adapted.network(), base, heldOut.examples(), preference);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean done() {
        return cancelled || fruitless || evaluation().isPresent();
    }

    @Override
    public int slice(int tokensMax, long nanosMax) {
        if (done()) {
            return 0;
        }
        if (gate != null) {
            return gate.slice(tokensMax, nanosMax);
        }
        if (refinement != null) {
            int used = refinement.slice(tokensMax, nanosMax);
            if (refinement.done()) {
                measure(refinement.adapter());
                refinement = null;
            }
            return used;
        }
        int used = meter.slice(tokensMax, nanosMax);
        if (meter.done()) {
            measured(meter.mean());
        }
        return used;
    }

    @Override
    public long pieceNanos() {
        return gate != null ? gate.pieceNanos() : refinement != null ? refinement.pieceNanos() : meter.pieceNanos();
    }

    private void measured(double loss) {
        if (choice == null) {
            originalLoss = loss;
            double lossMax = loss + Math.abs(loss) * settings.lossIncreaseMax();
            choice = new DensityChoice(settings.density(), settings.epochs() > 0, lossMax);
            listener.accept(new CompressionEvent.Begun(loss, lossMax));
        } else {
            choice.measured(loss);
            DensityChoice.Measured last = choice.all().getLast();
            best = choice.chosen().filter(last::equals).isPresent() ? candidate : best;
            listener.accept(new CompressionEvent.Measured(last, choice.all().size(), choice.steps()));
        }
        Optional<DensityChoice.Candidate> next = choice.next();
        if (next.isPresent()) {
            begin(next.get());
        } else if (best == null) {
            fruitless = true;
        } else {
            judge();
        }
    }

    private void begin(DensityChoice.Candidate next) {
        if (next.refined()) {
            listener.accept(new CompressionEvent.Refining(next));
            refinement = new Refinement(
                    adapted, PreferenceGradients.of(adapted.network(), base, settings.tuning().preference()), original,
                    settings, set.training(), backend.trainingKernels(), next);
        } else {
            measure(TernaryAdapter.of(original, settings.tuning().lora(), next.density(), next.gain()));
        }
    }

    private void measure(TernaryAdapter made) {
        candidate = made;
        adapted.load(made.expand());
        meter = meter.again(adapted.network(), heldOut.examples());
    }

    private void judge() {
        LoraWeights weights = best.expand();
        adapted.load(weights);
        listener.accept(new CompressionEvent.Evaluating(choice.chosen().orElseThrow()));
        gate = new FinalGate(
                new EvaluationGate(model, adapted.network(), weights, heldOut, settings.tuning().gate(),
                        settings.tuning().preference(), backend),
                directory.resolveSibling(Evaluation.NAME), () -> TernaryFile.write(directory, best, model),
                evaluation -> listener.accept(new CompressionEvent.Evaluated(evaluation)));
    }

    @Override
    public void settle(List<CheckOutcome> judged) {
        gate.settle(judged);
    }

    @Override
    public Optional<Evaluation> evaluation() {
        return gate == null ? Optional.empty() : gate.evaluation();
    }

    /** Whether every candidate was measured and none was within the limit. */
    public boolean fruitless() {
        return fruitless;
    }

    /** The chosen adapter, once there is {@link #evaluation}. */
    public TernaryAdapter adapter() {
        return best;
    }

    /** Held-out loss of the trained adapter, in nats per token. */
    public double originalLoss() {
        return originalLoss;
    }

    /** What was measured, in order. */
    public List<DensityChoice.Measured> measured() {
        return choice == null ? List.of() : choice.all();
    }

    /** The choice, once it is made. */
    public Optional<DensityChoice.Measured> choice() {
        return choice == null ? Optional.empty() : choice.chosen();
    }

    /** What came nearest so far. */
    public Optional<DensityChoice.Measured> nearest() {
        return choice == null ? Optional.empty() : choice.best();
    }

    /** Where the file is once the run is done. */
    public Path directory() {
        return directory;
    }
}
