package quern.tuning;

import java.util.List;
import java.util.Optional;
import quern.config.TuningOptimizer;
import quern.gpu.kernel.Direction;
import quern.gpu.kernel.TrainingKernels;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.NetworkPass;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.Parameter;
import quern.tuning.network.SliceBudget;

/**
 * Steps without gradients (Malladi et al., Fine-Tuning Language Models with Just Forward Passes, arXiv 2305.17333:
 * MeZO): the loss a little way along a random direction, the loss as far the other way; their difference says how far
 * to go. The parameters are moved in place, and the direction is made anew from its seed each time, so that nothing is
 * in memory but what computing a loss takes. A step is its seed and how far it went: {@link StepLog} keeps both, and
 * {@link #repeat} makes the same bits of them.
 *
 * <p>The norm that results tell of is the size of the slope along the direction, and clipping bounds it.
 */
public final class ForwardTrainer implements StepMaker {

    private final DecoderNetwork network;
    private final TrainingKernels kernels;
    private final OptimizerSettings settings;
    private final TrainingState state;
    private final long seed;
    private final StepLog log;
    private final float epsilon;
    private List<PackedBatch> batches = List.of();
    private NetworkPass pass;
    private int next;
    private boolean behind;
    private double plusSum;
    private double minusSum;

    /** @param seed of the run; its directions follow from it */
    public ForwardTrainer(DecoderNetwork network, List<Parameter> parameters, OptimizerSettings settings,
            TrainingKernels kernels, long seed, StepLog log) {
        this.network = network;
        this.kernels = kernels;
        this.settings = settings;
        this.state = new TrainingState(parameters, TuningOptimizer.MEZO);
        this.seed = seed;
        this.log = log;
        this.epsilon = (float) settings.epsilon();
    }

    @Override
    public TrainingState state() {
        return state;
    }

    @Override
    public void begin(List<PackedBatch> ofStep) {
        batches = ofStep;
        if (labels() < 1) {
            throw new IllegalArgumentException("a step over " + labels() + " counted tokens, expected at least 1");
        }
        next = 0;
        behind = false;
        plusSum = 0;
        minusSum = 0;
        pass = null;
        move(stepSeed(), epsilon);
    }

    @Override
    public int slice(int tokensMax, long nanosMax) {
        SliceBudget budget = new SliceBudget(tokensMax, nanosMax);
        while (!ready() && budget.fits(pieceNanos())) {
            if (pass == null) {
                pass = network.beginLoss(batches.get(next));
            }
            budget.advance(pass);
            if (pass.done()) {
                passed(pass.loss());
            }
        }
        return budget.used();
    }

    private void passed(double loss) {
        pass = null;
        next++;
        if (behind) {
            minusSum += loss;
        } else {
            plusSum += loss;
            if (next == batches.size()) {
                behind = true;
                next = 0;
                move(stepSeed(), -2 * epsilon);
            }
        }
    }

    @Override
    public long pieceNanos() {
        return pass == null ? network.pieceNanos() : pass.pieceNanos();
    }

    @Override
    public boolean ready() {
        return behind && next == batches.size();
    }

    @Override
    public StepResult measure() {
        int step = state.step() + 1;
        return new StepResult(step, (plusSum + minusSum) / 2 / labels(), Math.abs(slope()),
                settings.schedule().rate(step), batches.stream().mapToInt(PackedBatch::count).sum(), labels(),
                Optional.empty());
    }

    @Override
    public void apply(StepResult result) {
        double max = settings.gradientNormMax();
        double slope = max == 0 ? slope() : Math.clamp(slope(), -max, max);
        StepLog.Step made = new StepLog.Step(result.step(), stepSeed(), (float) (result.learningRate() * slope));
        log.add(made);
        end(made);
    }

    /** Makes a step again that was made before, to the same bits. */
    public void repeat(StepLog.Step made) {
        move(made.seed(), epsilon);
        move(made.seed(), -2 * epsilon);
        end(made);
    }

    private void end(StepLog.Step made) {
        move(made.seed(), epsilon - made.moved());
        state.stepTo(made.step());
    }

    private void move(long along, float far) {
        long first = 0;
        for (Parameter parameter : state.parameters()) {
            kernels.addDirection(parameter.values().values(), along, first, far);
            first += parameter.size();
        }
    }

    private double slope() {
        return slope(plusSum / labels(), minusSum / labels(), epsilon);
    }

    /** How steeply the loss rises along the direction. */
    static double slope(double plus, double minus, double epsilon) {
        return (plus - minus) / (2 * epsilon);
    }

    private int labels() {
        return batches.stream().mapToInt(PackedBatch::labelCount).sum();
    }

    private long stepSeed() {
        return Direction.seed(seed, state.step() + 1);
    }
}
