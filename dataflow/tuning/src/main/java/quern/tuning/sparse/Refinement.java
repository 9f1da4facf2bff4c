package quern.tuning.sparse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.kernel.TrainingKernels.AdamWStep;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.tuning.AdaptedModel;
import quern.tuning.BatchPacker;
import quern.tuning.FirstDraws;
import quern.tuning.LearningRateSchedule;
import quern.tuning.LoraSettings;
import quern.tuning.TuningSettings;
import quern.tuning.network.BatchGradients;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.Parameter;
import quern.tuning.network.StepGradients;

/**
 * Trains an adapter a little further with its ternary numbers in place, a slice at a time: what they lose is learnt
 * again. Gradients pass straight through the rounding to full numbers behind it (Bengio and others, arXiv 1308.3432),
 * so places and signs may change; each matrix's scale is learnt with them (Zhu and others, arXiv 1612.01064). Where a
 * step is cut into slices changes no bit.
 */
final class Refinement {

    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.99f;
    private static final float EPSILON = 1e-8f;
    /** Share of a scale that it moves by in a step, while the rate is at its peak. */
    private static final double SCALE_RATE = 0.02;
    private static final int WARMUP_STEPS = 5;
    private static final double FINAL_SHARE = 0.05;

    /** One matrix: what training changed in it, and what it is rounded with. */
    private static final class Latent {

        private final Parameter parameter;
        private final Rows first;
        private final Rows change;
        private final float[] firstMoments;
        private final float[] secondMoments;
        private double scale;
        private double scaleMoment;
        private double scaleSquares;
        private TernaryTensor rounded;

        Latent(Parameter parameter, Rows first, Rows change) {
            this.parameter = parameter;
            this.first = first;
            this.change = change;
            this.firstMoments = new float[parameter.size()];
            this.secondMoments = new float[parameter.size()];
        }

        void begin(double density, float gain) {
            scale = gain * (double) TernaryTensor.of(change, density).scale();
            round(density);
        }

        void round(double density) {
            rounded = TernaryTensor.of(change, density).withScale((float) scale);
            System.arraycopy(first.values(), 0, parameter.values().values(), 0, parameter.size());
            rounded.addTo(parameter.values());
        }

        void update(TrainingKernels kernels, AdamWStep step, double scaleRate) {
            double slope = rounded.along(parameter.gradients()) * step.gradientScale();
            scaleMoment = BETA1 * scaleMoment + (1 - BETA1) * slope;
            scaleSquares = BETA2 * scaleSquares + (1 - BETA2) * slope * slope;
            double mean = scaleMoment / (1 - Math.pow(BETA1, step.step()));
            double square = scaleSquares / (1 - Math.pow(BETA2, step.step()));
            scale *= 1 - scaleRate * mean / (Math.sqrt(square) + EPSILON);
            kernels.adamW(change.values(), parameter.gradients().values(), firstMoments, secondMoments, step);
        }
    }

    private final AdaptedModel adapted;
    private final StepGradients gradients;
    private final TrainingKernels kernels;
    private final TuningSettings settings;
    private final double density;
    private final LearningRateSchedule schedule;
    private final List<List<Segment>> steps = new ArrayList<>();
    private final List<Latent> latents = new ArrayList<>();
    private int step;
    private boolean begun;

    /**
     * @param adapted holds the ternary numbers from now on
     * @param gradients of the adapted network
     * @param start where to begin, of the same shape
     * @param training examples to learn from
     */
    Refinement(
            AdaptedModel adapted, StepGradients gradients, LoraWeights start, CompressionSettings settings,
            List<Segment> training, TrainingKernels kernels, DensityChoice.Candidate candidate) {
        this.adapted = adapted;
        this.gradients = gradients;
        this.kernels = kernels;
        this.settings = settings.tuning();
        this.density = candidate.density();
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            steps.addAll(BatchPacker.pack(training, this.settings.batchTokens(), this.settings.seed(), epoch));
        }
        this.schedule = new LearningRateSchedule(
                this.settings.learningRate(), Math.min(WARMUP_STEPS, steps.size() / 10), steps.size(), FINAL_SHARE);
        begin(start, candidate.gain());
    }

    private void begin(LoraWeights start, float gain) {
        LoraSettings lora = settings.lora();
        FirstDraws draws = new FirstDraws(lora.seed());
        List<Parameter> parameters = adapted.parameters();
        for (String name : TernaryAdapter.drawnOrder(lora, start.targets().size())) {
            LoraWeights.Pair pair = start.targets().get(name);
            Rows first = new Rows(pair.a().count(), pair.a().width());
            draws.fill(first);
            latents.add(new Latent(
                    parameters.get(latents.size()), first, TernaryAdapter.difference(pair.a(), first)));
            latents.add(new Latent(parameters.get(latents.size()), new Rows(pair.b().count(), pair.b().width()),
                    TernaryAdapter.copy(pair.b())));
        }
        latents.forEach(latent -> latent.begin(density, gain));
    }

    boolean done() {
        return step == steps.size();
    }

    /** As {@link quern.inference.StepWork#slice}. */
    int slice(int tokensMax, long nanosMax) {
        if (done()) {
            return 0;
        }
        if (!begun) {
            latents.forEach(latent -> Arrays.fill(latent.parameter.gradients().values(), 0));
            gradients.begin(BatchGradients.batches(steps.get(step)));
            begun = true;
        }
        int used = gradients.slice(tokensMax, nanosMax);
        if (gradients.done()) {
            begun = false;
            update();
        }
        return used;
    }

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    long pieceNanos() {
        return gradients.pieceNanos();
    }

    private void update() {
        step++;
        double rate = schedule.rate(step);
        double max = settings.gradientNormMax();
        float clip = max == 0 ? 1f : (float) Math.min(1, max / (gradientNorm() + EPSILON));
        AdamWStep change = new AdamWStep((float) rate, BETA1, BETA2, EPSILON, 0, clip, step);
        for (Latent latent : latents) {
            latent.update(kernels, change, SCALE_RATE * rate / schedule.peak());
            latent.round(density);
        }
    }

    private double gradientNorm() {
        double sum = 0;
        for (Latent latent : latents) {
            for (float gradient : latent.parameter.gradients().values()) {
                sum += (double) gradient * gradient;
            }
        }
        return Math.sqrt(sum);
    }

    /** The adapter as it is now. */
    TernaryAdapter adapter() {
        SortedMap<String, TernaryAdapter.Pair> targets = new TreeMap<>();
        List<String> names = TernaryAdapter.drawnOrder(settings.lora(), latents.size() / 2);
        for (int i = 0; i < names.size(); i++) {
            targets.put(names.get(i),
                    new TernaryAdapter.Pair(latents.get(2 * i).rounded, latents.get(2 * i + 1).rounded));
        }
        return new TernaryAdapter(settings.lora(), targets);
    }
}
