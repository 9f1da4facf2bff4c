package quern.tuning;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.StepWork;
import quern.inference.transformer.LoraWeights;
import quern.tuning.gate.CheckOutcome;
import quern.tuning.network.BatchGradients;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.preference.PreferenceGradients;
import quern.tuning.preference.PreferenceLoss;

/**
 * A tuning job from its first step to the gate's decision, a slice at a time. The engine's thread calls
 * {@link #slice}; whoever owns the job opens it, listens, and may {@link #cancel} from any thread. Where a step is cut
 * into slices changes no bit of the result.
 *
 * <p>Its directory holds {@code run.checkpoint}, or {@code run.steps} of a forward-only run, {@code losses.jsonl}, and
 * once it is told to {@link #store} what it came to, {@code adapter/} (PEFT's two files) and {@code evaluation.json}.
 * Opened again over the same samples, settings and base it goes on where its last checkpoint was made.
 */
public final class TuningRun implements StepWork {

    private final LoadedModel model;
    private final TuningSet set;
    private final TuningSettings settings;
    private final Backend backend;
    private final Path directory;
    private final Consumer<TuningEvent> listener;
    private final AdaptedModel adapted;
    private final StepOrder order;
    /** The model as it was, where rewards are against it. */
    private final Optional<DecoderNetwork> base;
    private final StepMaker trainer;
    private final Validation validation;
    private final RunFiles files;
    private final LossTrend trend;
    private boolean begun;
    private volatile long trainedTokens;
    private long stepNanos;
    private EvaluationGate gate;
    private volatile Evaluation evaluation;
    private volatile boolean cancelled;

    private TuningRun(
            LoadedModel model, TuningSet set, TuningSettings settings, Backend backend, Path directory,
            Executor io, Consumer<TuningEvent> listener) {
        this.model = model;
        this.set = set;
        this.settings = settings;
        this.backend = backend;
        this.directory = directory;
        this.listener = listener;
        this.adapted = settings.optimizer() == TuningOptimizer.MEZO
                ? AdaptedModel.withoutGradients(model, settings.lora(), backend)
                : new AdaptedModel(model, settings.lora(), backend);
        this.order = StepOrder.of(set.training(), settings);
        checkKinds();
        this.base = settings.preference().filter(PreferenceLoss::needsBase)
                .map(loss -> AdaptedModel.frozen(model, backend));
        String identity = "tuning of " + model.fingerprint() + ", " + settings.identity() + ", " + set.identity();
        Snapshots snapshots;
        if (settings.optimizer() == TuningOptimizer.MEZO) {
            StepLog forward = new StepLog(directory.resolve("run.steps"), identity);
            ForwardTrainer trained = new ForwardTrainer(adapted.network(), adapted.parameters(),
                    settings.optimizer(order.count()), backend.trainingKernels(), settings.seed(), forward);
            this.trainer = trained;
            this.validation = validation(event -> {
                forward.add(new StepLog.Validated(event.step(), event.loss()));
                listener.accept(event);
            });
            forward.resume(trained, () -> adapted.load(AdaptedModel.first(model, settings.lora(), backend)));
            snapshots = forward;
        } else {
            this.trainer = new Trainer(PreferenceGradients.of(adapted.network(), base, settings.preference()),
                    adapted.parameters(), settings.optimizer(order.count()), backend.trainingKernels());
            this.validation = validation(listener::accept);
            Checkpoint checkpoint = new Checkpoint(directory.resolve("run.checkpoint"), identity);
            if (checkpoint.exists()) {
                checkpoint.load(trainer.state());
            }
            snapshots = Snapshots.Copy.of(trainer.state(), checkpoint);
        }
        this.trainedTokens = order.tokens(stepCount());
        this.trend = new LossTrend(model.shape().vocabulary());
        LossLog log = new LossLog(directory.resolve("losses.jsonl"));
        log.cutAfter(stepCount()).forEach(entry -> trend.add(entry.loss(), entry.labels()));
        this.files = new RunFiles(snapshots, log, settings.checkpointSteps(), trainer.state(), io, listener);
    }

    private Validation validation(Consumer<TuningEvent.Validated> told) {
        return new Validation(adapted.network(), base, set, settings, order.count(), trainer.state(), told);
    }

    private void checkKinds() {
        boolean pairs = settings.preference().isPresent();
        if (pairs && settings.optimizer() == TuningOptimizer.MEZO) {
            throw new QuernException(QuernException.Category.ERROR,
                    "learning from pairs needs gradients, which mezo does without");
        }
        if (!Stream.of(set.training(), set.heldOut().examples(), set.validation(Integer.MAX_VALUE))
                .flatMap(List::stream).allMatch(example -> example.isPair() == pairs)) {
            throw new QuernException(QuernException.Category.ERROR, "the run learns "
                    + (pairs ? "from pairs, and some examples are none" : "no preference, and some are pairs"));
        }
    }

    /**
     * A new run, or the one whose checkpoint lies in {@code directory}. Blocks on the disk; encoding was done with the
     * set.
     *
     * @param io writes the files while the run goes on
     * @param listener called by whoever calls {@link #slice}, and from {@code io}
     * @throws QuernException if a checkpoint is damaged or belongs to another run; RETRYABLE if nothing can be written
     */
    public static TuningRun open(
            LoadedModel model, TuningSet set, TuningSettings settings, Backend backend, Path directory,
            Executor io, Consumer<TuningEvent> listener) {
        return new TuningRun(model, set, settings, backend, directory, io, listener);
    }

    /** One whose files are written by whoever calls {@link #slice}. */
    public static TuningRun open(
            LoadedModel model, TuningSet set, TuningSettings settings, Backend backend, Path directory,
            Consumer<TuningEvent> listener) {
        return open(model, set, settings, backend, directory, Runnable::run, listener);
    }

    /** Optimizer steps of the whole run. */
    public int steps() {
        return order.count();
    }

    /** Steps made, those before a restart included. */
    public int stepCount() {
        return trainer.state().step();
    }

    /** Examples that loss is measured on while it goes on. */
    public int validationExamples() {
        return validation.exampleCount();
    }

    /** Tokens that went through the model in the steps made. */
    public long trainedTokens() {
        return trainedTokens;
    }

    /** Lets go at the next slice, which does nothing; checkpoints stay. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Writes the newest state that was copied, at most a few steps old. From any thread; blocks on the disk.
     *
     * @throws QuernException RETRYABLE if it cannot be written now
     */
    public void keepCopy() {
        files.write();
    }

    /**
     * As {@link #keepCopy}, the state of the last step; only while nobody calls {@link #slice}.
     *
     * @throws QuernException RETRYABLE if it cannot be written now
     */
    public TuningEvent.Saved keep() {
        return files.keep(trainer.state());
    }

    /** Takes verdicts that the gate had to leave open, once it is done. Tells the decision. From any thread. */
    public void settle(List<CheckOutcome> judged) {
        evaluation = evaluation.settled(judged);
        listener.accept(new TuningEvent.Evaluated(evaluation));
    }

    /**
     * Writes the adapter and the gate's decision. Only while nobody calls {@link #slice}; blocks on the disk.
     *
     * @throws QuernException RETRYABLE if they cannot be written now
     */
    public void store() {
        files.write();
        AdapterFile.write(adapterDirectory(), adapter(), settings.lora(), model.shape(), model.name());
        evaluation.write(directory.resolve(Evaluation.NAME));
    }

    /** No file is written any more by the run itself. Waits for one that is. */
    public void close() {
        files.close();
    }

    /** The gate's decision, once there is one. */
    public Optional<Evaluation> evaluation() {
        return Optional.ofNullable(evaluation);
    }

    /** The adapter as it is now; after {@link #evaluation} the one that was measured. */
    public LoraWeights adapter() {
        return adapted.weights();
    }

    /** Where the adapter's files are once they are stored. */
    public Path adapterDirectory() {
        return directory.resolve("adapter");
    }

    @Override
    public boolean done() {
        return cancelled || evaluation != null;
    }

    @Override
    public int slice(int tokensMax, long nanosMax) {
        if (done()) {
            return 0;
        }
        if (gate == null && validation.due()) {
            return validation.slice(tokensMax, nanosMax);
        }
        boolean over = stepCount() == order.count() || validation.endsEarly();
        return over ? evaluate(tokensMax, nanosMax) : train(tokensMax, nanosMax);
    }

    @Override
    public long pieceNanos() {
        return gate != null ? gate.pieceNanos() : validation.due() ? validation.pieceNanos() : trainer.pieceNanos();
    }

    private int train(int tokensMax, long nanosMax) {
        long from = System.nanoTime();
        if (!begun) {
            trainer.begin(BatchGradients.batches(order.steps().get(stepCount())));
            begun = true;
            stepNanos = 0;
        }
        int used = trainer.slice(tokensMax, nanosMax);
        stepNanos += System.nanoTime() - from;
        if (trainer.ready()) {
            begun = false;
            update();
        }
        return used;
    }

    private void update() {
        StepResult result = trainer.measure();
        if (!result.finite()) {
            fail(result, ", expected numbers");
            return;
        }
        trend.add(result.loss(), result.labels());
        if (trend.lost()) {
            fail(result, String.format(Locale.ROOT, ": the loss runs away, %d steps in a row lie more than %.1f above"
                    + " %.4f, where it began", trend.rowSteps(), trend.rise(), trend.start()));
            return;
        }
        if (trend.sound()) {
            files.sound(trainer.state());
        }
        trainer.apply(result);
        trainedTokens += result.tokens();
        files.stepped(result, trainer.state(), result.step() == order.count());
        listener.accept(new TuningEvent.Stepped(
                result, order.count(), result.tokens() * 1e9 / Math.max(1, stepNanos), trainedTokens));
    }

    private void fail(StepResult result, String why) {
        files.restore(trainer.state());
        finish(EvaluationGate.refused(model, adapter(), set.heldOut(), settings.gate(),
                settings.remedy(result, why, stepCount(), order.count())));
    }

    private int evaluate(int tokensMax, long nanosMax) {
        if (files.waits()) {
            files.offer(trainer.state());
        }
        if (gate == null) {
            validation.restoreBest();
            gate = new EvaluationGate(
                    model, adapted.network(), adapter(), set.heldOut(), settings.gate(),
                    settings.preference(), backend);
            listener.accept(new TuningEvent.Evaluating(
                    set.heldOut().examples().size(), set.heldOut().questions().size()));
        }
        int used = gate.slice(tokensMax, nanosMax);
        if (gate.done()) {
            finish(gate.result());
        }
        return used;
    }

    private void finish(Evaluation result) {
        evaluation = result;
        if (result.undecided() == 0) {
            listener.accept(new TuningEvent.Evaluated(result));
        }
    }
}
