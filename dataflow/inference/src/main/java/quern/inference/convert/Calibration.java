package quern.inference.convert;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import quern.config.QuernException;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.engine.DirectRun;

/**
 * Measures importance: runs a model over a text, window by window, and sums the squares of what goes into each matrix
 * of its layers, as llama.cpp's imatrix does. Embeddings and output matrix are left out.
 */
public final class Calibration {

    private static final class Sums {

        private final double[] squares;
        private long rows;

        Sums(int columns) {
            this.squares = new double[columns];
        }

        void add(Rows inputs, int count) {
            float[] values = inputs.values();
            for (int t = 0; t < count; t++) {
                int at = inputs.at(t);
                for (int k = 0; k < squares.length; k++) {
                    squares[k] += (double) values[at + k] * values[at + k];
                }
            }
            rows += count;
        }

        float[] means() {
            float[] means = new float[squares.length];
            for (int k = 0; k < means.length; k++) {
                means[k] = (float) (squares[k] / rows);
            }
            return means;
        }
    }

    private final Map<String, Sums> sums = new HashMap<>();

    private final OptionalInt begin;

    private Calibration(OptionalInt begin) {
        this.begin = begin;
    }

    /**
     * @param text name of the text
     * @param begin takes the place of each window's first token, if the model is used with it
     * @param contextTokens tokens of a window; a shorter rest counts if there is nothing else
     * @param progress hears of tokens
     * @throws QuernException if there are no tokens
     */
    public static Importance measure(
            LoadedModel model, String text, int[] tokens, OptionalInt begin, int contextTokens, Progress progress) {
        if (tokens.length == 0) {
            throw new QuernException(QuernException.Category.ERROR, text + " is empty, expected a text to measure on");
        }
        Calibration calibration = new Calibration(begin);
        int window = Math.min(tokens.length, Math.min(contextTokens, model.shape().contextTokens()));
        long measured = 0;
        for (int from = 0; from + window <= tokens.length; from += window) {
            calibration.run(model, Arrays.copyOfRange(tokens, from, from + window));
            measured += window;
            progress.at(text, measured, tokens.length);
        }
        Map<String, float[]> columns = new HashMap<>();
        calibration.sums.forEach((name, sum) -> columns.put(name, sum.means()));
        return new Importance(text, measured, Map.copyOf(columns));
    }

    private void run(LoadedModel model, int[] tokens) {
        int[] inputs = tokens.clone();
        begin.ifPresent(token -> inputs[0] = token);
        try (DirectRun run = new DirectRun(model, Optional.empty(), ElementType.F32)) {
            run.watch((name, rows, count) -> {
                if (name.startsWith("blk.") && !name.contains("ffn_gate_inp")) {
                    sums.computeIfAbsent(name, absent -> new Sums(rows.width())).add(rows, count);
                }
            });
            run.append(inputs);
        }
    }
}
