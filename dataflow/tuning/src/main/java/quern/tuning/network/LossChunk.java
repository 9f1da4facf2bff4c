package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;

/**
 * Counted rows of a window whose logits exist together: their losses, some rows at a time, then their gradients, some
 * of the vocabulary at a time where the output matrix is frozen.
 */
final class LossChunk {

    private final DecoderNetwork network;
    private final ModelShape shape;
    private final BatchWindow window;
    private final int[] rows;
    private int scored;
    private int outputs;

    /** @param rows of the window, ascending, all counted */
    LossChunk(DecoderNetwork network, BatchWindow window, int[] rows) {
        this.network = network;
        this.shape = network.shape();
        this.window = window;
        this.rows = rows;
        Rows hidden = network.hidden(window.count());
        Rows chosen = chosen();
        for (int i = 0; i < rows.length; i++) {
            DecoderBlock.copy(hidden, rows[i], chosen, i, 1);
        }
        network.kernels().rmsNorm(
                chosen, rows.length, network.weights().outputNorm().weight(), shape.normEpsilon(), normed());
    }

    private Rows chosen() {
        return network.ofChunk("chosen", rows.length, shape.hidden());
    }

    private Rows normed() {
        return network.ofChunk("chosenNormed", rows.length, shape.hidden());
    }

    private Rows logits() {
        return network.ofChunk("logits", rows.length, shape.vocabulary());
    }

    private Rows dNormed() {
        return network.ofChunk("dChosenNormed", rows.length, shape.hidden());
    }

    int rows() {
        return rows.length;
    }

    boolean scored() {
        return scored == rows.length;
    }

    boolean done() {
        return outputs == shape.vocabulary();
    }

    /**
     * Losses of the next rows, at most {@code count}.
     *
     * @param weights factors of the batch's rows in the gradients; empty: all are 1
     * @param losses of the batch
     * @return rows it took
     */
    int score(int count, float gradientScale, float[] weights, double[] losses) {
        int used = Math.min(count, rows.length - scored);
        Rows logits = logits();
        Rows part = logits;
        Rows from = normed();
        if (used < rows.length) {
            from = DecoderBlock.copy(normed(), scored, network.ofChunk("normedPart", used, shape.hidden()), 0, used);
            part = network.ofChunk("logitsPart", used, shape.vocabulary());
        }
        network.weights().output().forward(from, used, part);
        double[] found = new double[used];
        int[] labels = Arrays.stream(rows, scored, scored + used).map(row -> window.labels()[row]).toArray();
        network.training().crossEntropy(part, used, labels, gradientScale, found);
        for (int i = 0; i < used && weights.length > 0; i++) {
            scale(part, i, weights[window.from() + rows[scored + i]]);
        }
        if (used < rows.length) {
            DecoderBlock.copy(part, 0, logits, scored, used);
        }
        for (int i = 0; i < used; i++) {
            losses[window.from() + rows[scored + i]] = found[i];
        }
        scored += used;
        return used;
    }

    private static void scale(Rows rows, int row, float factor) {
        float[] values = rows.values();
        int end = rows.at(row) + rows.width();
        for (int i = rows.at(row); i < end; i++) {
            values[i] *= factor;
        }
    }

    /**
     * What the next outputs add to the rows' gradients, at most {@code count} of them if they can be taken apart.
     *
     * @return outputs it took
     */
    int gradient(int count) {
        Projection output = network.weights().output();
        int from = outputs;
        if (output.frozen()) {
            outputs = (int) Math.min(shape.vocabulary(), (long) from + count);
            output.inputGradient(logits(), from, outputs, rows.length, dNormed(), from > 0);
        } else {
            outputs = shape.vocabulary();
            output.backward(logits(), normed(), rows.length, dNormed(), false);
        }
        if (done()) {
            spread();
        }
        return outputs - from;
    }

    private void spread() {
        Rows dChosen = network.ofChunk("dChosen", rows.length, shape.hidden());
        Norm norm = network.weights().outputNorm();
        network.training().rmsNormGradient(
                chosen(), rows.length, norm.weight(), shape.normEpsilon(), dNormed(), dChosen, false,
                norm.gradients().orElse(null));
        Rows dHidden = network.dHidden(window.count());
        for (int i = 0; i < rows.length; i++) {
            DecoderBlock.copy(dChosen, i, dHidden, rows[i], 1);
        }
    }
}
