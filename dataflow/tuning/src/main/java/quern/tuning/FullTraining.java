package quern.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import quern.gpu.Backend;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.DenseModel;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Training of a small model as a whole on one long text, resumable. To drive it:
 *
 * <pre>{@code
 * FullTraining training = FullTraining.open(shape, ids, settings, backend, directory);   // resumes if it can
 * while (!training.done()) {
 *     StepResult result = training.step();      // throws nothing for a bad loss: look at result.finite()
 *     ...                                       // report result.step(), loss(), tokens(); time is the caller's
 * }
 * training.save();
 * double nats = training.loss(heldOutIds);
 * new LlamaFile(name, shape, ropeBase, vocabulary, training.tensors(), notes).write(file, ElementType.Q8_0);
 * }</pre>
 *
 * A checkpoint is written every {@link Settings#checkpointSteps()} steps and when {@link #save} is called; a process
 * that dies loses the steps since. A resumed run gives the same numbers as one that was never stopped. The rotary table
 * is the shape's own; {@code LlamaFile} writes either kind. One thread drives the backend's compute team.
 */
public final class FullTraining {

    /**
     * @param contextTokens length of a window, all of them independent
     * @param batchTokens tokens of one optimizer step, rounded down to whole windows, at least one
     * @param microTokens tokens whose activations are held at a time, rounded the same way
     * @param steps of the whole run; the learning rate falls over all of them
     * @param finalShare last learning rate over the largest
     */
    public record Settings(
            int contextTokens, int batchTokens, int microTokens, int steps, int warmupSteps, double learningRate,
            double finalShare, double weightDecay, double beta2, double gradientNormMax, int checkpointSteps,
            long seed) {

        /** What has done well for models of a million parameters. */
        public static Settings ofSmallModel(int contextTokens, int steps, long seed) {
            return new Settings(contextTokens, 8 * contextTokens, 4 * contextTokens, steps,
                    Math.max(1, Math.min(100, steps / 20)), 4e-3, 0.1, 0.1, 0.95, 1.0, 200, seed);
        }

        OptimizerSettings optimizer() {
            return new OptimizerSettings(
                    new LearningRateSchedule(learningRate, warmupSteps, steps, finalShare), 0.9, beta2, 1e-8,
                    weightDecay, gradientNormMax);
        }
    }

    private final Settings settings;
    private final DenseModel model;
    private final Trainer trainer;
    private final TextWindows windows;
    private final Checkpoint checkpoint;
    private int savedStep;

    private FullTraining(
            Settings settings, DenseModel model, Trainer trainer, TextWindows windows, Checkpoint checkpoint) {
        this.settings = settings;
        this.model = model;
        this.trainer = trainer;
        this.windows = windows;
        this.checkpoint = checkpoint;
    }

    /**
     * A new run, or the one whose checkpoint lies in {@code directory}.
     *
     * @param ids the whole text; more than two contexts
     * @throws quern.config.QuernException if the checkpoint is damaged or belongs to other settings, shape or text
     */
    public static FullTraining open(
            ModelShape shape, int[] ids, Settings settings, Backend backend, Path directory) {
        DenseModel model = new DenseModel(shape, settings.seed, backend);
        Trainer trainer = new Trainer(
                model.network(), model.parameters(), settings.optimizer(), backend.trainingKernels());
        Checkpoint checkpoint =
                new Checkpoint(directory.resolve("training.checkpoint"), identity(shape, settings, ids));
        FullTraining training = new FullTraining(
                settings, model, trainer, new TextWindows(ids, settings.contextTokens, settings.seed), checkpoint);
        if (checkpoint.exists()) {
            checkpoint.load(trainer.state());
            training.savedStep = trainer.state().step();
        }
        return training;
    }

    private static String identity(ModelShape shape, Settings settings, int[] ids) {
        return "full training, " + shape.architecture() + " " + shape.layers() + "x" + shape.hidden() + ", "
                + shape.heads() + "/" + shape.kvHeads() + " heads of " + shape.headSize() + ", feed-forward "
                + shape.feedForward() + ", vocabulary " + shape.vocabulary() + ", tied " + shape.tiedEmbeddings()
                + ", " + settings + ", " + ids.length + " tokens " + Integer.toHexString(Arrays.hashCode(ids));
    }

    public boolean done() {
        return trainer.state().step() >= settings.steps;
    }

    /** Steps made, of this run and those it resumed. */
    public int stepCount() {
        return trainer.state().step();
    }

    public DenseModel model() {
        return model;
    }

    /** The next optimizer step, and a checkpoint when it is time for one. */
    public StepResult step() {
        int step = trainer.state().step();
        int perStep = Math.max(1, settings.batchTokens / settings.contextTokens);
        int perBatch = Math.max(1, settings.microTokens / settings.contextTokens);
        List<PackedBatch> batches = new ArrayList<>();
        for (int done = 0; done < perStep; done += perBatch) {
            batches.add(windows.batch((long) step * perStep + done, Math.min(perBatch, perStep - done)));
        }
        StepResult result = trainer.step(batches);
        if (result.finite() && result.step() % settings.checkpointSteps == 0) {
            save();
        }
        return result;
    }

    /** Writes a checkpoint unless this step has one. */
    public void save() {
        if (savedStep != trainer.state().step()) {
            checkpoint.save(trainer.state());
            savedStep = trainer.state().step();
        }
    }

    /** Mean loss of a text in windows of one context, in nats per token; {@code ids} must be longer than one. */
    public double loss(int[] ids) {
        double sum = 0;
        long counted = 0;
        for (int from = 0; from + 1 < ids.length; from += settings.contextTokens) {
            int count = Math.min(settings.contextTokens, ids.length - 1 - from);
            sum += model.network().loss(PackedBatch.of(List.of(Segment.ofText(ids, from, count))));
            counted += count;
        }
        return sum / counted;
    }

    /** The parameters under their GGUF names; views that change with the next step. */
    public Map<String, Tensor> tensors() {
        return model.tensors();
    }
}
