package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.Rows;

/**
 * Every gradient kernel against central differences of the loss {@code sum(out * weights)}, with the forward operation
 * written once more in double. No code is shared with the kernels.
 */
class TrainingGradientTest {

    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 2e-5;

    private final SplittableRandom random = new SplittableRandom(7);
    private final ScalarTrainingKernels kernels = new ScalarTrainingKernels();

    @Test
    void shouldMatchDifferencesWhenMultiplying() {
        int count = 5;
        int outputs = 7;
        int inputs = 3;
        Rows w = rows(outputs, inputs);
        Rows x = rows(count, inputs);
        Rows dy = rows(count, outputs);
        Rows dx = new Rows(count, inputs);
        Rows dw = new Rows(outputs, inputs);
        kernels.inputGradient(w, dy, count, dx, false);
        kernels.weightGradient(dy, x, count, dw);
        compare(dx, x, input -> product(doubles(w), input, dy, inputs));
        compare(dw, w, weights -> product(weights, doubles(x), dy, inputs));
    }

    private static double product(double[] w, double[] x, Rows dy, int inputs) {
        double loss = 0;
        for (int t = 0; t < dy.count(); t++) {
            for (int r = 0; r < dy.width(); r++) {
                double y = 0;
                for (int k = 0; k < inputs; k++) {
                    y += w[r * inputs + k] * x[t * inputs + k];
                }
                loss += y * dy.values()[dy.at(t) + r];
            }
        }
        return loss;
    }

    @Test
    void shouldMatchDifferencesWhenNormalizing() {
        Rows x = rows(4, 19);
        Rows weight = rows(1, 19);
        Rows dy = rows(4, 19);
        Rows dx = new Rows(4, 19);
        Rows dWeight = new Rows(1, 19);
        kernels.rmsNormGradient(x, 4, weight.values(), 1e-2f, dy, dx, false, dWeight.values());
        compare(dx, x, input -> normed(input, doubles(weight), dy));
        compare(dWeight, weight, weights -> normed(doubles(x), weights, dy));
    }

    private static double normed(double[] x, double[] weight, Rows dy) {
        double loss = 0;
        for (int t = 0; t < dy.count(); t++) {
            double squares = 0;
            for (int i = 0; i < weight.length; i++) {
                squares += x[t * weight.length + i] * x[t * weight.length + i];
            }
            double root = Math.sqrt(squares / weight.length + 0.01f);
            for (int i = 0; i < weight.length; i++) {
                loss += x[t * weight.length + i] / root * weight[i] * dy.values()[dy.at(t) + i];
            }
        }
        return loss;
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldMatchDifferencesWhenRotating(boolean interleaved) {
        RopeTable table = RopeTable.of(interleaved, 4, 100);
        int[] positions = {0, 3, 11};
        Rows x = rows(3, 12);
        Rows dx = rows(3, 12);
        Rows dy = new Rows(dx.values().clone(), 3, 12);
        kernels.ropeGradient(dx, 3, 2, 6, table, positions);
        compare(dx, x, input -> rotated(input, dy, positions, interleaved));
    }

    private static double rotated(double[] x, Rows dy, int[] positions, boolean interleaved) {
        double loss = 0;
        for (int t = 0; t < dy.count(); t++) {
            for (int head = 0; head < 2; head++) {
                int at = t * 12 + head * 6;
                double[] y = Arrays.copyOfRange(x, at, at + 6);
                for (int i = 0; i < 2; i++) {
                    double angle = positions[t] * Math.pow(100, -2.0 * i / 4);
                    int first = interleaved ? 2 * i : i;
                    int second = interleaved ? 2 * i + 1 : i + 2;
                    y[first] = x[at + first] * Math.cos(angle) - x[at + second] * Math.sin(angle);
                    y[second] = x[at + second] * Math.cos(angle) + x[at + first] * Math.sin(angle);
                }
                for (int i = 0; i < 6; i++) {
                    loss += y[i] * dy.values()[at + i];
                }
            }
        }
        return loss;
    }

    @Test
    void shouldMatchDifferencesWhenGating() {
        Rows gate = rows(3, 11);
        Rows up = rows(3, 11);
        Rows dy = rows(3, 11);
        Rows dGate = new Rows(3, 11);
        Rows dUp = new Rows(3, 11);
        kernels.siluMultiplyGradient(gate, up, dy, 3, dGate, dUp);
        compare(dGate, gate, input -> gated(input, doubles(up), dy));
        compare(dUp, up, input -> gated(doubles(gate), input, dy));
    }

    private static double gated(double[] gate, double[] up, Rows dy) {
        double loss = 0;
        for (int i = 0; i < gate.length; i++) {
            loss += gate[i] / (1 + Math.exp(-gate[i])) * up[i] * dy.values()[i];
        }
        return loss;
    }

    @Test
    void shouldMatchDifferencesWhenScoringLabels() {
        Rows logits = rows(4, 13);
        int[] labels = {3, -100, 12, 0};
        Rows gradient = new Rows(logits.values().clone(), 4, 13);
        double[] losses = new double[4];
        kernels.crossEntropy(gradient, 4, labels, 0.5f, losses);
        assertEquals(crossEntropy(doubles(logits), labels), Arrays.stream(losses).sum(), 1e-5);
        compare(gradient, logits, input -> 0.5 * crossEntropy(input, labels));
    }

    private static double crossEntropy(double[] logits, int[] labels) {
        double loss = 0;
        for (int t = 0; t < labels.length; t++) {
            if (labels[t] >= 0) {
                double sum = 0;
                for (int i = 0; i < 13; i++) {
                    sum += Math.exp(logits[t * 13 + i]);
                }
                loss += Math.log(sum) - logits[t * 13 + labels[t]];
            }
        }
        return loss;
    }

    /** In windows from the end, which examples reach across. */
    @ParameterizedTest
    @CsvSource({"40,64", "32,40", "64,40"})
    void shouldMatchDifferencesWhenAttendingInWindows(int first, int second) {
        int count = 75;
        int[] segmentFrom = new int[count];
        for (int t = 0; t < count; t++) {
            segmentFrom[t] = t < 3 ? 0 : t == 3 ? 3 : t < 37 ? 4 : 37;
        }
        Rows q = rows(count, 4 * 3);
        Rows k = rows(count, 2 * 3);
        Rows v = rows(count, 2 * 3);
        Rows dOut = rows(count, 4 * 3);
        Rows dq = new Rows(count, 4 * 3);
        Rows dk = new Rows(count, 2 * 3);
        Rows dv = new Rows(count, 2 * 3);
        int[] cuts = IntStream.of(0, first / 32 * 32, second / 32 * 32, count).sorted().distinct().toArray();
        double sum = 0;
        for (int i = cuts.length - 2; i >= 0; i--) {
            var window = new AttentionWindow(cuts[i], cuts[i + 1], 4, 2, 0.6f, segmentFrom);
            Rows queries = part(q, window);
            Rows dOuts = part(dOut, window);
            Rows out = new Rows(window.count(), 4 * 3);
            Rows logSumExp = new Rows(window.count(), 4);
            Rows dQueries = new Rows(window.count(), 4 * 3);
            kernels.windowAttention(queries, k, v, window, out, logSumExp);
            kernels.windowAttentionGradient(queries, k, v, out, logSumExp, dOuts, window, dQueries, dk, dv);
            System.arraycopy(dQueries.values(), 0, dq.values(), dq.at(window.from()), dQueries.values().length);
            for (int j = 0; j < out.values().length; j++) {
                sum += (double) out.values()[j] * dOuts.values()[j];
            }
        }
        assertEquals(attended(doubles(q), doubles(k), doubles(v), dOut, segmentFrom), sum, 1e-4);
        compare(dq, q, input -> attended(input, doubles(k), doubles(v), dOut, segmentFrom));
        compare(dk, k, input -> attended(doubles(q), input, doubles(v), dOut, segmentFrom));
        compare(dv, v, input -> attended(doubles(q), doubles(k), input, dOut, segmentFrom));
    }

    private static Rows part(Rows rows, AttentionWindow window) {
        return new Rows(Arrays.copyOfRange(rows.values(), rows.at(window.from()), rows.at(window.to())),
                window.count(), rows.width());
    }

    private static double attended(double[] q, double[] k, double[] v, Rows dOut, int[] segmentFrom) {
        double loss = 0;
        for (int t = 0; t < segmentFrom.length; t++) {
            for (int head = 0; head < 4; head++) {
                int kv = head / 2 * 3;
                double sum = 0;
                double[] mixed = new double[3];
                for (int s = segmentFrom[t]; s <= t; s++) {
                    double score = 0;
                    for (int e = 0; e < 3; e++) {
                        score += q[t * 12 + head * 3 + e] * k[s * 6 + kv + e];
                    }
                    double p = Math.exp(score * 0.6f);
                    sum += p;
                    for (int e = 0; e < 3; e++) {
                        mixed[e] += p * v[s * 6 + kv + e];
                    }
                }
                for (int e = 0; e < 3; e++) {
                    loss += mixed[e] / sum * dOut.values()[t * 12 + head * 3 + e];
                }
            }
        }
        return loss;
    }

    /** Each entry of {@code gradient} against the central difference of {@code loss} in that entry of {@code at}. */
    private static void compare(Rows gradient, Rows at, ToDoubleFunction<double[]> loss) {
        for (int i = 0; i < at.values().length; i++) {
            double[] moved = doubles(at);
            moved[i] = at.values()[i] + STEP;
            double above = loss.applyAsDouble(moved);
            moved[i] = at.values()[i] - STEP;
            double expected = (above - loss.applyAsDouble(moved)) / (2 * STEP);
            double found = gradient.values()[i];
            double difference = Math.abs(expected - found);
            assertTrue(difference <= TOLERANCE * Math.max(1, Math.abs(expected)),
                    "entry " + i + ": " + found + ", expected " + expected);
        }
    }

    private static double[] doubles(Rows rows) {
        double[] values = new double[rows.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = rows.values()[i];
        }
        return values;
    }

    private Rows rows(int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) random.nextGaussian();
        }
        return rows;
    }
}
