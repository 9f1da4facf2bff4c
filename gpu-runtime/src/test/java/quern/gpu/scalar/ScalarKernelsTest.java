package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import quern.gpu.kernel.Activation;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/** The definition against double arithmetic written out by hand. */
class ScalarKernelsTest {

    private final ScalarKernels kernels = new ScalarKernels();
    private final Random random = new Random(11);

    private Rows rows(int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) random.nextGaussian();
        }
        return rows;
    }

    private static void near(double expected, float found, double tolerance) {
        assertTrue(Math.abs(expected - found) <= tolerance, found + ", expected " + expected + " +- " + tolerance);
    }

    /** Weights of any type: random bytes, with half-float scales that are sane. */
    private Tensor weights(ElementType type, int rows, int columns) {
        return RandomWeights.of(type, rows, columns, random);
    }

    @ParameterizedTest
    @EnumSource
    void shouldMeasureTheRowsOfAnUpdatedMatrixOfAnyType(ElementType type) {
        int columns = 256;
        Tensor w = weights(type, 7, columns);
        Rows a = rows(3, columns);
        Rows b = rows(7, 3);
        float[] norms = new float[8];
        kernels.rowNorms(kernels.pack(w), a, b, 0.4f, norms);
        float[] row = new float[columns];
        for (int r = 0; r < 7; r++) {
            Dequantizer.row(w, r, row, 0);
            double squares = 0;
            for (int k = 0; k < columns; k++) {
                double sum = row[k];
                for (int j = 0; j < 3; j++) {
                    sum += 0.4 * b.values()[b.at(r) + j] * a.values()[a.at(j) + k];
                }
                squares += sum * sum;
            }
            near(Math.sqrt(squares), norms[r], 1e-5 * Math.sqrt(squares));
        }
        assertEquals(0, norms[7]);
        assertThrows(IllegalArgumentException.class,
                () -> kernels.rowNorms(kernels.pack(w), rows(3, columns - 1), b, 1, norms));
    }

    @ParameterizedTest
    @EnumSource
    void shouldComputeBothProductsWhenWeightsAreOfAnyType(ElementType type) {
        int columns = 512;
        Tensor w = weights(type, 5, columns);
        Rows x = rows(3, columns);
        Rows y = new Rows(3, 5);
        kernels.matmul(kernels.pack(w), x, 3, y);
        Rows rounded = new Rows(3, 5);
        QuantizedRows q = new QuantizedRows(3, columns);
        kernels.quantizeActivations(x, 3, q);
        kernels.matmulQ8(kernels.pack(w), q, 3, rounded);
        Rows back = ScalarKernels.dequantize(q, 3);
        float[] row = new float[columns];
        for (int r = 0; r < 5; r++) {
            Dequantizer.row(w, r, row, 0);
            for (int t = 0; t < 3; t++) {
                double sum = 0;
                double sumOfRounded = 0;
                double size = 0;
                for (int k = 0; k < columns; k++) {
                    sum += (double) row[k] * x.values()[x.at(t) + k];
                    sumOfRounded += (double) row[k] * back.values()[x.at(t) + k];
                    size += Math.abs((double) row[k] * x.values()[x.at(t) + k]);
                }
                near(sum, y.values()[y.at(t) + r], 1e-5 * size);
                near(sumOfRounded, rounded.values()[y.at(t) + r], 1e-5 * size);
            }
        }
    }

    @Test
    void shouldRoundHalvesAwayFromZeroWhenActivationsAreQuantized() {
        Rows x = new Rows(1, 35);
        float[] first = {127f, 0.5f, -0.5f, 1.5f, -2.5f, 0.49999997f, -126.5f, 126.49999f};
        System.arraycopy(first, 0, x.values(), 0, first.length);
        x.values()[33] = -254f;
        QuantizedRows q = new QuantizedRows(1, 35);
        kernels.quantizeActivations(x, 1, q);
        assertArrayEquals(new float[] {1f, 2f}, q.scales());
        byte[] expected = new byte[64];
        System.arraycopy(new byte[] {127, 1, -1, 2, -3, 0, -127, 126}, 0, expected, 0, 8);
        expected[33] = -127;
        assertArrayEquals(expected, q.values());
    }

    @Test
    void shouldStayInRangeWhenActivationsAreZeroTinyOrNotNumbers() {
        Rows x = new Rows(1, 96);
        for (int i = 32; i < 64; i++) {
            x.values()[i] = Float.MIN_VALUE * 190;
        }
        x.values()[70] = Float.NaN;
        QuantizedRows q = new QuantizedRows(1, 96);
        kernels.quantizeActivations(x, 1, q);
        assertEquals(0f, q.scales()[0]);
        assertEquals(0, q.values()[0]);
        assertEquals(127, q.values()[40]);
        assertTrue(Float.isNaN(q.scales()[2]));
    }

    @Test
    void shouldNormaliseEachRowWhenInPlace() {
        Rows x = rows(2, 37);
        float[] weight = rows(1, 37).values();
        float[] before = x.values().clone();
        kernels.rmsNorm(x, 2, weight, 1e-5f, x);
        for (int t = 0; t < 2; t++) {
            double squares = 0;
            for (int i = 0; i < 37; i++) {
                squares += (double) before[37 * t + i] * before[37 * t + i];
            }
            for (int i = 0; i < 37; i++) {
                double expected = before[37 * t + i] / Math.sqrt(squares / 37 + 1e-5) * weight[i];
                near(expected, x.values()[37 * t + i], 1e-6 * (1 + Math.abs(expected)));
            }
        }
    }

    @Test
    void shouldRotatePairsWhenInterleavedOrHalved() {
        for (boolean interleaved : new boolean[] {true, false}) {
            RopeTable table = RopeTable.of(interleaved, 4, 10_000);
            Rows x = rows(2, 12);
            float[] before = x.values().clone();
            int[] positions = {0, 9};
            kernels.rope(x, 2, 2, 6, table, positions);
            for (int at = 0; at < 12; at++) {
                assertEquals(before[at], x.values()[at]);
            }
            for (int head = 0; head < 2; head++) {
                for (int i = 0; i < 2; i++) {
                    int a = 12 + 6 * head + (interleaved ? 2 * i : i);
                    int b = a + (interleaved ? 1 : 2);
                    double angle = 9 * table.frequencies()[i];
                    near(before[a] * Math.cos(angle) - before[b] * Math.sin(angle), x.values()[a], 2e-6);
                    near(before[b] * Math.cos(angle) + before[a] * Math.sin(angle), x.values()[b], 2e-6);
                }
                assertEquals(before[12 + 6 * head + 4], x.values()[12 + 6 * head + 4]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 6, 11, 2e-6", "F32, 8, 290, 4e-6", "F16, 6, 11, 3e-3", "Q8_0, 32, 11, 0.1", "Q8_0, 32, 290, 0.1"})
    void shouldAttendToThePastOnlyWhenCacheIsPaged(ElementType type, int size, int length, double tolerance) {
        KvLayout layout = new KvLayout(2, 2, size, 4, type);
        MemorySegment[] blocks = new MemorySegment[Math.ceilDiv(length, 4)];
        Arrays.setAll(blocks, i -> block(layout));
        MemorySegment[][] perRow = new MemorySegment[length][];
        int[] positions = new int[length];
        for (int t = 0; t < length; t++) {
            perRow[t] = blocks;
            positions[t] = t;
        }
        KvRows kv = new KvRows(layout, perRow, positions);
        Rows keys = rows(length, 2 * size);
        Rows values = rows(length, 2 * size);
        kernels.storeKv(keys, values, length, kv, 1);
        Rows queries = rows(length, 4 * size);
        Rows out = new Rows(length, 4 * size);
        for (AttentionRule rule : new AttentionRule[] {
            AttentionRule.full(0.3f), new AttentionRule(0.3f, 3, 0), new AttentionRule(0.3f, 5, 1.5f),
            new AttentionRule(0.3f, 1, 0), new AttentionRule(0.3f, 40, 0)
        }) {
            kernels.attention(queries, length, 4, rule, kv, 1, out);
            for (int t = 0; t < length; t++) {
                for (int head = 0; head < 4; head++) {
                    double[] expected = attend(rule, queries, keys, values, t, head, size);
                    for (int i = 0; i < size; i++) {
                        near(expected[i], out.values()[out.at(t) + size * head + i], tolerance);
                    }
                }
            }
        }
    }

    private static MemorySegment block(KvLayout layout) {
        return MemorySegment.ofArray(new byte[Math.toIntExact(layout.blockBytes())]);
    }

    private static double[] attend(
            AttentionRule rule, Rows queries, Rows keys, Rows values, int row, int head, int size) {
        int kvAt = head / 2 * size;
        double[] sums = new double[size];
        double total = 0;
        for (int p = rule.windowTokens() == 0 ? 0 : Math.max(0, row + 1 - rule.windowTokens()); p <= row; p++) {
            double score = 0;
            for (int i = 0; i < size; i++) {
                score += (double) queries.values()[queries.at(row) + size * head + i]
                        * keys.values()[2 * size * p + kvAt + i];
            }
            score *= 0.3f;
            if (rule.softcap() > 0) {
                score = rule.softcap() * Math.tanh(score / rule.softcap());
            }
            double weight = Math.exp(score);
            total += weight;
            for (int i = 0; i < size; i++) {
                sums[i] += weight * values.values()[2 * size * p + kvAt + i];
            }
        }
        for (int i = 0; i < size; i++) {
            sums[i] /= total;
        }
        return sums;
    }

    @Test
    void shouldGateWhenOutputIsAnInput() {
        Rows gate = rows(2, 9);
        Rows up = rows(2, 9);
        float[] before = gate.values().clone();
        kernels.siluMultiply(gate, up, 1, gate);
        for (int i = 0; i < 9; i++) {
            near(before[i] / (1 + Math.exp(-before[i])) * up.values()[i], gate.values()[i], 1e-6);
        }
        assertEquals(before[9], gate.values()[9]);
    }

    @Test
    void shouldCenterAndScaleEachRowWhenNormIsOfLayers() {
        Rows x = rows(2, 37);
        float[] weight = rows(1, 37).values();
        float[] bias = rows(1, 37).values();
        float[] before = x.values().clone();
        kernels.layerNorm(x, 2, weight, bias, 1e-3f, x);
        for (int t = 0; t < 2; t++) {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < 37; i++) {
                mean += before[t * 37 + i] / 37.0;
            }
            for (int i = 0; i < 37; i++) {
                variance += Math.pow(before[t * 37 + i] - mean, 2) / 37;
            }
            for (int i = 0; i < 37; i++) {
                double expected = (before[t * 37 + i] - mean) / Math.sqrt(variance + 1e-3) * weight[i] + bias[i];
                near(expected, x.values()[t * 37 + i], 2e-6);
            }
        }
    }

    @Test
    void shouldFollowBothFormsOfGeluWhenActivated() {
        float[] values = {0, -0f, 1e-3f, -1e-3f, 0.5f, -0.5f, 1, -1, 2.5f, -2.5f, 4, -4, 6, -6, 30, -30, 1e20f, -1e20f};
        Rows exact = new Rows(values.clone(), 2, 9);
        Rows tanh = new Rows(values.clone(), 2, 9);
        kernels.activate(Activation.GELU, exact, 2);
        kernels.activate(Activation.GELU_TANH, tanh, 2);
        for (int i = 0; i < values.length; i++) {
            double x = values[i];
            double limit = 1e-6 + 1e-7 * Math.abs(x);
            near(x * (1 + erf(x / Math.sqrt(2))) / 2, exact.values()[i], limit);
            double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
            near(x * (1 + Math.tanh(inner)) / 2, tanh.values()[i], 2 * limit);
        }
        Rows first = new Rows(new float[] {1, 1}, 2, 1);
        kernels.activate(Activation.GELU, first, 1);
        assertEquals(1f, first.values()[1]);
    }

    /** By Maclaurin's series, which converges for every argument and is exact enough up to 5. */
    private static double erf(double x) {
        if (Math.abs(x) > 5) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @Test
    void shouldFollowTheTanhFormWhenGateIsGelu() {
        Rows gate = rows(1, 9);
        gate.values()[0] = 0;
        gate.values()[1] = -30;
        gate.values()[2] = 30;
        Rows up = rows(1, 9);
        float[] before = gate.values().clone();
        kernels.geluMultiply(gate, up, 1, gate);
        for (int i = 0; i < 9; i++) {
            double x = before[i];
            double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
            near(0.5 * x * (1 + Math.tanh(inner)) * up.values()[i], gate.values()[i], 2e-6);
        }
    }

    @Test
    void shouldStayBelowTheCapWhenValuesAreLarge() {
        Rows x = new Rows(new float[] {0, 1e-4f, -0.5f, 3, -40, 1e30f, -1e30f, 7}, 2, 4);
        float[] before = x.values().clone();
        kernels.softcap(x, 2, 5f);
        for (int i = 0; i < 8; i++) {
            near(5 * Math.tanh(before[i] / 5.0), x.values()[i], 1e-6);
        }
        kernels.scale(x, 1, -2f);
        near(-10 * Math.tanh(0.6), x.values()[3], 3e-6);
        near(5 * Math.tanh(1.4), x.values()[7], 1e-6);
    }

    @Test
    void shouldRefuseWhenShapesDoNotMatch() {
        var w = kernels.pack(Tensor.ofFloats("w", 2, 3, new float[6]));
        assertThrows(IllegalArgumentException.class, () -> kernels.matmul(w, new Rows(1, 4), 1, new Rows(1, 2)));
        assertThrows(IllegalArgumentException.class, () -> kernels.matmul(w, new Rows(1, 3), 2, new Rows(2, 2)));
        assertThrows(IllegalArgumentException.class, () -> kernels.matmul(w, new Rows(1, 3), 1, new Rows(1, 3)));
    }
}
