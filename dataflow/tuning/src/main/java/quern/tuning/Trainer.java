package quern.tuning;

import java.util.Arrays;
import java.util.List;
import quern.gpu.kernel.CodedRows;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.kernel.TrainingKernels.AdamWStep;
import quern.gpu.kernel.TrainingKernels.LionStep;
import quern.tuning.network.BatchGradients;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.Parameter;
import quern.tuning.network.StepGradients;

/**
 * Optimizer steps over a network: gradients of a few batches are added up, clipped by their common norm and applied
 * by an optimizer. Between {@link #begin} and {@link #update} the gradients are unfinished; only at other times may the
 * state be saved. A step whose loss or norm is not finite changes no parameter.
 */
public final class Trainer implements StepMaker {

    /** What torch adds to the norm before it divides. */
    private static final double NORM_EPSILON = 1e-6;

    private final StepGradients gradients;
    private final TrainingKernels kernels;
    private final OptimizerSettings settings;
    private final TrainingState state;

    public Trainer(
            DecoderNetwork network, List<Parameter> parameters, OptimizerSettings settings,
            TrainingKernels kernels) {
        this(new BatchGradients(network), parameters, settings, kernels);
    }

    /** With the gradients of another loss than that of the next token. */
    public Trainer(
            StepGradients gradients, List<Parameter> parameters, OptimizerSettings settings,
            TrainingKernels kernels) {
        this.gradients = gradients;
        this.kernels = kernels;
        this.settings = settings;
        this.state = new TrainingState(parameters, settings.optimizer());
    }

    /** Parameters, moments and step count: all that a resumed run needs besides its batches. */
    @Override
    public TrainingState state() {
        return state;
    }

    /** One whole step; the loss is the mean over the counted tokens of all batches together. */
    public StepResult step(List<PackedBatch> batches) {
        begin(batches);
        while (!ready()) {
            slice(Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        return update();
    }

    /** @param batches of the whole step, with at least one counted token, which the mean is over */
    @Override
    public void begin(List<PackedBatch> batches) {
        for (Parameter parameter : state.parameters()) {
            Arrays.fill(parameter.gradients().values(), 0f);
        }
        gradients.begin(batches);
    }

    /** Adds up gradients of the step that was begun; as {@link StepGradients#slice}. */
    @Override
    public int slice(int tokensMax, long nanosMax) {
        return gradients.slice(tokensMax, nanosMax);
    }

    /** As {@link StepGradients#pieceNanos}. */
    @Override
    public long pieceNanos() {
        return gradients.pieceNanos();
    }

    /** Whether {@link #update} can follow. */
    @Override
    public boolean ready() {
        return gradients.done();
    }

    /** Ends the step, once it is {@link #ready}. */
    public StepResult update() {
        StepResult result = measure();
        if (result.finite()) {
            apply(result);
        }
        return result;
    }

    /** What the step that is {@link #ready} has found; nothing is changed. */
    @Override
    public StepResult measure() {
        int step = state.step() + 1;
        return new StepResult(step, gradients.loss(), gradientNorm(), settings.schedule().rate(step),
                gradients.tokens(), gradients.labels(), gradients.pairs());
    }

    /** Ends the step with what {@link #measure} found, which must be finite. */
    @Override
    public void apply(StepResult result) {
        double max = settings.gradientNormMax();
        float scale = max == 0 ? 1f : (float) Math.min(1.0, max / (result.gradientNorm() + NORM_EPSILON));
        int step = result.step();
        for (int i = 0; i < state.parameters().size(); i++) {
            update(state.parameters().get(i), state.moments(i), step, scale);
        }
        state.stepTo(step);
    }

    private void update(Parameter parameter, Moments moments, int step, float scale) {
        float[] values = parameter.values().values();
        float[] slopes = parameter.gradients().values();
        float rate = (float) settings.schedule().rate(step);
        float beta1 = (float) settings.beta1();
        float beta2 = (float) settings.beta2();
        float decay = parameter.decays() ? (float) settings.weightDecay() : 0f;
        switch (moments) {
            case Moments.AdamW(float[] first, float[] second) -> kernels.adamW(values, slopes, first, second,
                    new AdamWStep(rate, beta1, beta2, (float) settings.epsilon(), decay, scale, step));
            case Moments.CodedAdamW(CodedRows first, CodedRows second) -> kernels.adamW(values, slopes, first, second,
                    new AdamWStep(rate, beta1, beta2, (float) settings.epsilon(), decay, scale, step));
            case Moments.None() -> throw new IllegalStateException("no gradients are taken by " + state.optimizer());
            case Moments.Lion(float[] momentum) -> kernels.lion(values, slopes, momentum,
                    new LionStep(rate, beta1, beta2, decay, scale));
        }
    }

    private double gradientNorm() {
        double sum = 0;
        for (Parameter parameter : state.parameters()) {
            sum += squares(parameter.gradients().values());
        }
        return Math.sqrt(sum);
    }

    /** In four chains, which one core computes side by side. */
    private static double squares(float[] values) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < values.length; i++) {
            a += (double) values[i] * values[i];
        }
        return a + b + c + d;
    }
}
