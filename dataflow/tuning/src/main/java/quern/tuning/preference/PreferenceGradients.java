package quern.tuning.preference;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.tuning.network.BatchGradients;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.NetworkPass;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PairMeans;
import quern.tuning.network.SliceBudget;
import quern.tuning.network.StepGradients;

/**
 * Gradients of the mean {@link PreferenceLoss} over a step's pairs. A batch goes through the base, unless the losses of
 * all its answers there are known, then forward through the network, which gives the margins; from them follows by how
 * much each answer's loss moves the pair's, and with these factors, negative for rejected answers, gradients are taken.
 * All of it goes in pieces.
 */
public final class PreferenceGradients implements StepGradients {

    private enum Stage { BASE, MEASURE, LEARN }

    /** A sequence by what is in it. */
    private record Sequence(IntBuffer tokens, IntBuffer labels) {

        static Sequence of(PackedBatch batch, int from, int to) {
            return new Sequence(IntBuffer.wrap(batch.tokens(), from, to - from),
                    IntBuffer.wrap(batch.labels(), from, to - from));
        }
    }

    private final DecoderNetwork network;
    private final Optional<DecoderNetwork> base;
    private final PreferenceLoss loss;
    /** What the base, which never changes, loses on a sequence. */
    private final Map<Sequence, Double> baseNats = new HashMap<>();
    private final Deque<PackedBatch> waiting = new ArrayDeque<>();
    private Stage stage = Stage.BASE;
    private NetworkPass pass;
    private float[] weights;
    private double[] margins = {};
    private int measured;
    private double lossSum;
    private int tokens;
    private int labels;

    /** @param base the model as it was, for a loss that needs it */
    public PreferenceGradients(DecoderNetwork network, Optional<DecoderNetwork> base, PreferenceLoss loss) {
        if (loss.needsBase() && base.isEmpty()) {
            throw new IllegalArgumentException(loss.kind() + " without a base");
        }
        this.network = network;
        this.base = base.filter(given -> loss.needsBase());
        this.loss = loss;
    }

    /** Those of the preference, or of the next token where there is none. @param base where the preference needs it */
    public static StepGradients of(
            DecoderNetwork network, Optional<DecoderNetwork> base, Optional<PreferenceLoss> preference) {
        return preference.<StepGradients>map(loss -> new PreferenceGradients(network, base, loss))
                .orElseGet(() -> new BatchGradients(network));
    }

    /** @throws IllegalArgumentException if there is anything but pairs */
    @Override
    public void begin(List<PackedBatch> batches) {
        int pairs = 0;
        for (PackedBatch batch : batches) {
            List<Integer> begins = sequences(batch);
            if (begins.size() % 2 != 0) {
                throw new IllegalArgumentException("a batch of " + begins.size() + " sequences, expected pairs");
            }
            pairs += begins.size() / 2;
        }
        waiting.clear();
        waiting.addAll(batches);
        pass = null;
        stage = Stage.BASE;
        margins = new double[pairs];
        measured = 0;
        lossSum = 0;
        tokens = batches.stream().mapToInt(PackedBatch::count).sum();
        labels = batches.stream().mapToInt(PackedBatch::labelCount).sum();
    }

    @Override
    public boolean done() {
        return waiting.isEmpty();
    }

    @Override
    public int slice(int tokensMax, long nanosMax) {
        SliceBudget budget = new SliceBudget(tokensMax, nanosMax);
        while (!done() && budget.fits(pieceNanos())) {
            if (pass == null) {
                pass = next();
            }
            budget.advance(pass);
            if (pass.done()) {
                passed();
            }
        }
        return budget.used();
    }

    @Override
    public long pieceNanos() {
        return pass == null ? network.pieceNanos() : pass.pieceNanos();
    }

    private NetworkPass next() {
        PackedBatch batch = waiting.getFirst();
        if (stage == Stage.BASE && (base.isEmpty() || isKnown(batch))) {
            stage = Stage.MEASURE;
        }
        return switch (stage) {
            case BASE -> base.orElseThrow().beginLoss(batch);
            case MEASURE -> network.beginLoss(batch);
            case LEARN -> network.beginGradients(batch, weights);
        };
    }

    private void passed() {
        PackedBatch batch = waiting.getFirst();
        double[] losses = pass.losses();
        pass = null;
        switch (stage) {
            case BASE -> {
                for (int from : sequences(batch)) {
                    int to = batch.sequenceEnd(from);
                    baseNats.put(Sequence.of(batch, from, to), sum(losses, from, to));
                }
                stage = Stage.MEASURE;
            }
            case MEASURE -> {
                weigh(batch, losses);
                stage = Stage.LEARN;
            }
            case LEARN -> {
                waiting.removeFirst();
                stage = Stage.BASE;
            }
        }
    }

    private boolean isKnown(PackedBatch batch) {
        return sequences(batch).stream().allMatch(
                from -> baseNats.containsKey(Sequence.of(batch, from, batch.sequenceEnd(from))));
    }

    /** Margins of the batch's pairs, and the factors of its rows' losses in the gradients of the mean. */
    private void weigh(PackedBatch batch, double[] losses) {
        weights = new float[batch.count()];
        List<Integer> begins = sequences(batch);
        for (int i = 0; i < begins.size(); i += 2) {
            int chosen = begins.get(i);
            int rejected = begins.get(i + 1);
            int end = batch.sequenceEnd(rejected);
            double margin = reward(batch, losses, chosen, rejected) - reward(batch, losses, rejected, end);
            margins[measured++] = margin;
            lossSum += loss.loss(margin);
            double slope = loss.slope(margin) / margins.length;
            Arrays.fill(weights, chosen, rejected, (float) (slope * loss.perNat(counted(batch, chosen, rejected))));
            Arrays.fill(weights, rejected, end, (float) (-slope * loss.perNat(counted(batch, rejected, end))));
        }
    }

    private double reward(PackedBatch batch, double[] losses, int from, int to) {
        double known = base.isEmpty() ? 0 : baseNats.get(Sequence.of(batch, from, to));
        return loss.reward(sum(losses, from, to), known, counted(batch, from, to));
    }

    private static List<Integer> sequences(PackedBatch batch) {
        List<Integer> begins = new ArrayList<>();
        for (int from = 0; from < batch.count(); from = batch.sequenceEnd(from)) {
            begins.add(from);
        }
        return begins;
    }

    private static double sum(double[] losses, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += losses[i];
        }
        return sum;
    }

    private static int counted(PackedBatch batch, int from, int to) {
        int counted = 0;
        for (int i = from; i < to; i++) {
            counted += batch.labels()[i] == PackedBatch.NOT_COUNTED ? 0 : 1;
        }
        return counted;
    }

    /** Mean over the pairs. */
    @Override
    public double loss() {
        return lossSum / margins.length;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public int labels() {
        return labels;
    }

    @Override
    public Optional<PairMeans> pairs() {
        return Optional.of(PairMeans.of(margins));
    }
}
