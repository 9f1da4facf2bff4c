package quern.tuning.merge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.tuning.AdaptedModel;
import quern.tuning.AdapterFile;
import quern.tuning.Evaluation;
import quern.tuning.EvaluationGate;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.FinalGate;
import quern.tuning.GatedRun;
import quern.tuning.LoraSettings;
import quern.tuning.LoraTarget;
import quern.tuning.LossMeter;
import quern.tuning.gate.CheckOutcome;

/**
 * Makes one adapter of several: their sum is made when it is opened; then the held-out loss of each is measured, the
 * sum goes through the gate, and its file is written. The engine's thread calls {@link #slice}; whoever owns the job
 * opens it and listens. The same input gives the same file, so a run that was killed simply begins again.
 */
public final class MergeRun implements GatedRun {

    private final LoadedModel model;
    private final List<Ingredient> parts;
    private final MergeSettings settings;
    private final HeldOut heldOut;
    private final Backend backend;
    private final Path directory;
    private final Consumer<MergeEvent> listener;
    private final RankCut merged;
    private final List<Double> losses = new ArrayList<>();
    private LossMeter meter;
    private volatile FinalGate gate;
    private volatile boolean cancelled;

    /**
     * @param parts at least two adapters of the model's
     * @param directory where the file goes
     * @param listener called by whoever calls {@link #slice}
     * @throws QuernException if there is nothing to measure on, or nothing to merge
     */
    public MergeRun(LoadedModel model, List<Ingredient> parts, MergeSettings settings, HeldOut heldOut,
            Backend backend, Path directory, Consumer<MergeEvent> listener) {
        if (heldOut.examples().isEmpty()) {
            throw refused("no held-out example to measure the merged adapter on, expected at least 1");
        }
        parts.stream().filter(part -> part.weights().hasMagnitudes()).findFirst().ifPresent(part -> {
            throw refused("adapter '" + part.id() + "' is DoRA, expected LoRA: with magnitudes it is no sum, and cannot"
                    + " be a part of one");
        });
        int rank = parts.stream().mapToInt(part -> part.weights().rank()).sum();
        if (parts.size() < 2 || rank > MergeSettings.RANK_MAX) {
            throw refused(parts.size() + " adapters of rank " + rank + " together, expected at least 2 of at most "
                    + MergeSettings.RANK_MAX);
        }
        this.model = model;
        this.parts = List.copyOf(parts);
        this.settings = settings;
        this.heldOut = heldOut;
        this.backend = backend;
        this.directory = directory;
        this.listener = listener;
        this.merged = merged();
        this.meter = meter(parts.getFirst());
    }

    private static QuernException refused(String why) {
        return new QuernException(QuernException.Category.ERROR, why);
    }

    private RankCut merged() {
        LoraWeights sum = AdapterSoup.of(parts.stream().map(part -> settings.drop().isEmpty() ? part
                : new Ingredient(part.id(), DroppedEntries.of(
                        part.weights(), settings.drop().getAsDouble(), settings.seed()), part.weight())).toList(),
                model.shape().layers());
        return RankCut.of(sum, settings.rank().orElse(sum.rank()));
    }

    /** One alone, in the form of a sum, so that adapters of all shapes can be measured. */
    private LossMeter meter(Ingredient part) {
        LoraWeights alone = AdapterSoup.of(
                List.of(new Ingredient(part.id(), part.weights(), 1)), model.shape().layers());
        return new LossMeter(adapted(alone).network(), heldOut.examples());
    }

    private AdaptedModel adapted(LoraWeights weights) {
        AdaptedModel adapted = new AdaptedModel(model, shape(weights), backend);
        adapted.load(weights);
        return adapted;
    }

    private static LoraSettings shape(LoraWeights weights) {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (LoraTarget target : LoraTarget.values()) {
            if (weights.targets().containsKey(target.tensorName(0))) {
                targets.add(target);
            }
        }
        return new LoraSettings(weights.rank(), weights.rank(), false, targets, 0);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean done() {
        return cancelled || evaluation().isPresent();
    }

    @Override
    public int slice(int tokensMax, long nanosMax) {
        if (done()) {
            return 0;
        }
        if (gate != null) {
            return gate.slice(tokensMax, nanosMax);
        }
        int used = meter.slice(tokensMax, nanosMax);
        if (meter.done()) {
            measured(meter.mean());
        }
        return used;
    }

    private void measured(double loss) {
        losses.add(loss);
        listener.accept(new MergeEvent.Measured(
                parts.get(losses.size() - 1).id(), loss, losses.size(), parts.size()));
        if (losses.size() < parts.size()) {
            meter = meter(parts.get(losses.size()));
            return;
        }
        listener.accept(new MergeEvent.Evaluating(weights().rank()));
        gate = new FinalGate(
                new EvaluationGate(model, adapted(weights()).network(), weights(), heldOut, settings.gate(), backend),
                directory.resolveSibling(Evaluation.NAME),
                () -> AdapterFile.write(directory, weights(), shape(weights()), model.shape(), model.name()),
                evaluation -> listener.accept(new MergeEvent.Evaluated(evaluation)));
    }

    @Override
    public long pieceNanos() {
        return gate != null ? gate.pieceNanos() : meter.pieceNanos();
    }

    @Override
    public void settle(List<CheckOutcome> judged) {
        gate.settle(judged);
    }

    @Override
    public Optional<Evaluation> evaluation() {
        return gate == null ? Optional.empty() : gate.evaluation();
    }

    /** The sum. */
    public LoraWeights weights() {
        return merged.weights();
    }

    /** Share of the sum's squared entries that the cut to a lower rank took, 0 to 1. */
    public double lost() {
        return merged.lost();
    }

    /** The matrix that lost most of its own, empty if none did. */
    public String worst() {
        return merged.worst();
    }

    /** Its share. */
    public double worstLost() {
        return merged.worstLost();
    }

    /** Held-out loss of each adapter by itself, in nats per token, as far as they are measured. */
    public List<Double> losses() {
        return List.copyOf(losses);
    }

    /** Where the file is once the run is done. */
    public Path directory() {
        return directory;
    }
}
