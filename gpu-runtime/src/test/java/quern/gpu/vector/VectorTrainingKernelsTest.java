package quern.gpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.kernel.CodedRows;
import quern.gpu.kernel.RopeTable;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.kernel.TrainingKernels.AdamWStep;
import quern.gpu.kernel.TrainingKernels.LionStep;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/** Every kernel equals its scalar definition bit for bit, with both tiles and any number of threads. */
class VectorTrainingKernelsTest {

    private static final long SEED = 20260101;

    private final ScalarTrainingKernels scalar = new ScalarTrainingKernels();
    private final ComputeTeam alone = new ComputeTeam(1);
    private final ComputeTeam team = new ComputeTeam(3);
    private final TrainingKernels[] subjects = {
        new VectorTrainingKernels(alone, null, new GemmPanels(false)),
        new VectorTrainingKernels(team, null, new GemmPanels(true)),
        new VectorTrainingKernels(team, null)
    };

    @AfterEach
    void close() {
        alone.close();
        team.close();
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,5,7", "4,16,32", "9,31,33", "70,17,520", "65,48,1031", "130,160,64"})
    void shouldEqualScalarWhenMultiplying(int count, int outputs, int inputs) {
        Rows w = random(outputs, inputs);
        Rows x = random(count + 2, inputs);
        Rows dy = random(count + 2, outputs);
        for (boolean accumulate : new boolean[] {false, true}) {
            equal(k -> {
                Rows y = fill(count + 2, outputs);
                k.product(w, x, count, y, accumulate);
                return y;
            });
            equal(k -> {
                Rows dx = fill(count + 2, inputs);
                k.inputGradient(w, dy, count, dx, accumulate);
                return dx;
            });
        }
        equal(k -> {
            Rows dw = fill(outputs, inputs);
            k.weightGradient(dy, x, count, dw);
            return dw;
        });
    }

    @ParameterizedTest
    @CsvSource({"F32,37,19", "F16,40,33", "BF16,17,31", "Q8_0,300,64", "Q4_0,33,96", "Q4_K,20,256", "Q6_K,5,512"})
    void shouldEqualScalarWhenGradientsPassAPackedMatrix(ElementType type, int outputs, int inputs) {
        byte[] bytes = new byte[Math.toIntExact(type.bytesOf((long) outputs * inputs))];
        new SplittableRandom(SEED).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            // Positive and of a small exponent wherever a scale or a float may lie.
            bytes[i] &= 0x1f;
        }
        Tensor tensor = new Tensor("w", type, outputs, inputs, MemorySegment.ofArray(bytes));
        Rows dy = random(21, outputs);
        for (boolean accumulate : new boolean[] {false, true}) {
            Rows expected = fill(21, inputs);
            scalar.inputGradient(new ScalarKernels().pack(tensor), dy, 20, expected, accumulate);
            VectorKernels vector = new VectorKernels(team);
            Rows found = fill(21, inputs);
            new VectorTrainingKernels(team, VectorKernels::unpack)
                    .inputGradient(vector.pack(tensor), dy, 20, found, accumulate);
            assertArrayEquals(expected.values(), found.values());
            for (TrainingKernels kernels : new TrainingKernels[] {
                scalar, new VectorTrainingKernels(team, VectorKernels::unpack)
            }) {
                var matrix = kernels == scalar ? new ScalarKernels().pack(tensor) : vector.pack(tensor);
                Rows parts = fill(21, inputs);
                kernels.inputGradient(matrix, 0, outputs / 3, dy, 20, parts, accumulate);
                kernels.inputGradient(matrix, outputs / 3, outputs, dy, 20, parts, true);
                assertArrayEquals(expected.values(), parts.values());
                assertThrows(IllegalArgumentException.class,
                        () -> kernels.inputGradient(matrix, 1, outputs + 1, dy, 20, parts, true));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "5,7", "33,160", "300,131"})
    void shouldEqualScalarWhenNormalizing(int count, int width) {
        Rows x = random(count, width);
        Rows dy = random(count + 1, width);
        float[] weight = random(1, width).values();
        for (boolean accumulate : new boolean[] {false, true}) {
            equal(k -> {
                Rows dx = fill(count, width);
                k.rmsNormGradient(x, count, weight, 1e-5f, dy, dx, accumulate, null);
                return dx;
            });
            equal(k -> {
                Rows dWeight = fill(1, width);
                k.rmsNormGradient(x, count, weight, 1e-5f, dy, fill(count, width), accumulate, dWeight.values());
                return dWeight;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"1,2,true", "7,6,false", "40,10,true"})
    void shouldUndoTheRotationWhenTurningBack(int count, int headSize, boolean interleaved) {
        RopeTable table = RopeTable.of(interleaved, headSize - headSize % 4, 10_000);
        int[] positions = new int[count];
        for (int t = 0; t < count; t++) {
            positions[t] = 3 * t + 1;
        }
        Rows x = random(count, 3 * headSize);
        equal(k -> {
            Rows dx = new Rows(x.values().clone(), count, 3 * headSize);
            k.ropeGradient(dx, count, 3, headSize, table, positions);
            return dx;
        });
        Rows turned = new Rows(x.values().clone(), count, 3 * headSize);
        new ScalarKernels().rope(turned, count, 3, headSize, table, positions);
        subjects[1].ropeGradient(turned, count, 3, headSize, table, positions);
        assertArrayEquals(x.values(), turned.values(), 1e-5f);
    }

    /** The whole batch at once, and cut into windows that are taken from the end: all give the same bits. */
    @ParameterizedTest
    @CsvSource({"1,1,1,1", "20,2,1,5", "67,4,2,8", "130,6,2,33", "100,3,3,32"})
    void shouldEqualScalarWhenAttendingInWindows(int count, int heads, int kvHeads, int headSize) {
        Rows[] inputs = {
            random(count, heads * headSize), random(count + 1, kvHeads * headSize),
            random(count + 2, kvHeads * headSize), random(count + 3, heads * headSize)
        };
        int[] segmentFrom = new int[count];
        for (int t = 0; t < count; t++) {
            segmentFrom[t] = t < count / 3 ? 0 : t < count / 3 + 2 ? count / 3 : count / 3 + 2;
        }
        var whole = new AttentionWindow(0, count, heads, kvHeads, 0.7f, segmentFrom);
        Rows[] expected = attended(scalar, inputs, List.of(whole));
        for (int rows : new int[] {32, 64, 96, 160}) {
            List<AttentionWindow> windows = new ArrayList<>();
            for (int from = 0; from < count; from += rows) {
                windows.addFirst(new AttentionWindow(
                        from, Math.min(count, from + rows), heads, kvHeads, 0.7f, segmentFrom));
            }
            for (TrainingKernels kernels : new TrainingKernels[] {scalar, subjects[0], subjects[1], subjects[2]}) {
                Rows[] found = attended(kernels, inputs, windows);
                for (int i = 0; i < expected.length; i++) {
                    assertArrayEquals(expected[i].values(), found[i].values(), rows + " rows, result " + i);
                }
            }
        }
    }

    /** Output, denominators and the three gradients, over any leftovers of an earlier batch. */
    private static Rows[] attended(TrainingKernels kernels, Rows[] in, List<AttentionWindow> windows) {
        AttentionWindow last = windows.getFirst();
        int count = last.to();
        int width = in[0].width();
        Rows[] all = {
            new Rows(count, width), new Rows(count, last.heads()), new Rows(count, width),
            fill(count, in[1].width()), fill(count, in[1].width())
        };
        for (AttentionWindow window : windows) {
            Rows out = fill(window.count(), width);
            Rows logSumExp = fill(window.count(), window.heads());
            Rows dq = fill(window.count(), width);
            Rows q = part(in[0], window);
            kernels.windowAttention(q, in[1], in[2], window, out, logSumExp);
            kernels.windowAttentionGradient(
                    q, in[1], in[2], out, logSumExp, part(in[3], window), window, dq, all[3], all[4]);
            System.arraycopy(out.values(), 0, all[0].values(), all[0].at(window.from()), out.values().length);
            System.arraycopy(
                    logSumExp.values(), 0, all[1].values(), all[1].at(window.from()), logSumExp.values().length);
            System.arraycopy(dq.values(), 0, all[2].values(), all[2].at(window.from()), dq.values().length);
        }
        return all;
    }

    private static Rows part(Rows rows, AttentionWindow window) {
        return new Rows(Arrays.copyOfRange(rows.values(), rows.at(window.from()), rows.at(window.to())),
                window.count(), rows.width());
    }

    /** Rows from the last to the first, so a product of all is the products of its parts from the end. */
    @Test
    void shouldAddTheSameBitsWhenRowsAreCut() {
        Rows x = random(100, 37);
        Rows dy = random(100, 45);
        for (TrainingKernels kernels : new TrainingKernels[] {scalar, subjects[0], subjects[1]}) {
            Rows whole = fill(45, 37);
            kernels.weightGradient(dy, x, 100, whole);
            Rows parts = fill(45, 37);
            for (int[] cut : new int[][] {{64, 100}, {32, 64}, {0, 32}}) {
                Rows dyPart = new Rows(Arrays.copyOfRange(dy.values(), dy.at(cut[0]), dy.at(cut[1])),
                        cut[1] - cut[0], 45);
                Rows xPart = new Rows(Arrays.copyOfRange(x.values(), x.at(cut[0]), x.at(cut[1])),
                        cut[1] - cut[0], 37);
                kernels.weightGradient(dyPart, xPart, cut[1] - cut[0], parts);
            }
            assertArrayEquals(whole.values(), parts.values());
        }
    }

    @Test
    void shouldRefuseWindowsThatAreNoBlocksAndSegmentsThatOverlap() {
        assertEquals("rows 0 to 31 of 40, expected whole blocks of 32", assertThrows(IllegalArgumentException.class,
                () -> new AttentionWindow(0, 31, 1, 1, 1f, new int[40])).getMessage());
        assertEquals("row 2 starts at 0, expected itself or the start of the row before",
                assertThrows(IllegalArgumentException.class,
                        () -> new AttentionWindow(0, 3, 1, 1, 1f, new int[] {0, 1, 0})).getMessage());
        Rows rows = random(3, 4);
        var window = new AttentionWindow(0, 3, 1, 1, 1f, new int[3]);
        for (TrainingKernels kernels : new TrainingKernels[] {scalar, subjects[0]}) {
            assertThrows(IllegalArgumentException.class, () -> kernels.windowAttention(
                    rows, rows, random(2, 4), window, rows, new Rows(3, 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 19, 4097})
    void shouldEqualScalarWhenGating(int width) {
        Rows gate = random(9, width);
        gate.values()[0] = 120f;
        gate.values()[width - 1] = -120f;
        Rows up = random(10, width);
        Rows dOut = random(11, width);
        for (boolean first : new boolean[] {true, false}) {
            equal(k -> {
                Rows dGate = fill(9, width);
                Rows dUp = fill(9, width);
                k.siluMultiplyGradient(gate, up, dOut, 8, dGate, dUp);
                return first ? dGate : dUp;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,17", "40,500", "5,3001"})
    void shouldEqualScalarWhenScoringLabels(int count, int vocabulary) {
        int[] labels = new int[count];
        for (int t = 0; t < count; t++) {
            labels[t] = t % 3 == 1 ? -100 : (t * 7) % vocabulary;
        }
        Rows logits = random(count, vocabulary);
        equal(k -> {
            Rows gradient = new Rows(logits.values().clone(), count, vocabulary);
            double[] losses = new double[count];
            k.crossEntropy(gradient, count, labels, 0.125f, losses);
            double[] expected = new double[count];
            scalar.crossEntropy(
                    new Rows(logits.values().clone(), count, vocabulary), count, labels, 1f, expected);
            assertArrayEquals(expected, losses);
            return gradient;
        });
    }

    @Test
    void shouldRefuseALabelOutsideTheVocabulary() {
        for (TrainingKernels subject : subjects) {
            var thrown = assertThrows(IllegalArgumentException.class,
                    () -> subject.crossEntropy(random(2, 5), 2, new int[] {0, 5}, 1f, new double[2]));
            assertEquals("label 5 of row 1, expected -100 or 0..4", thrown.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37, 50_000})
    void shouldEqualScalarWhenUpdating(int length) {
        for (int which = 0; which < 3; which++) {
            int chosen = which;
            equal(k -> {
                Rows[] state = {random(1, length), fill(1, length), fill(1, length)};
                for (int step = 1; step < 4; step++) {
                    k.adamW(state[0].values(), random(step, length).values(), state[1].values(), state[2].values(),
                            new AdamWStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, step));
                }
                return state[chosen];
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37, 50_000})
    void shouldEqualScalarWhenUpdatingWithLion(int length) {
        for (int which = 0; which < 2; which++) {
            int chosen = which;
            equal(k -> {
                Rows[] state = {random(1, length), fill(1, length)};
                for (int step = 1; step < 4; step++) {
                    k.lion(state[0].values(), random(step, length).values(), state[1].values(),
                            new LionStep(1e-2f, 0.9f, 0.99f, 0.1f, 0.5f));
                }
                k.lion(state[0].values(), new float[length], new float[length],
                        new LionStep(1e-2f, 0.9f, 0.99f, 0.1f, 0.5f));
                return state[chosen];
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37, 256, 257, 50_000})
    void shouldEqualScalarWhenUpdatingWithMomentsOfAByte(int length) {
        for (int which = 0; which < 3; which++) {
            int chosen = which;
            equal(k -> {
                Rows parameters = random(1, length);
                CodedRows first = CodedRows.zeros(length);
                CodedRows second = CodedRows.zeros(length);
                for (int step = 1; step < 4; step++) {
                    k.adamW(parameters.values(), random(step, length).values(), first, second,
                            new AdamWStep(1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, step));
                }
                Rows read = new Rows(1, length);
                for (int i = 0; i < length; i++) {
                    read.values()[i] = chosen == 0 ? parameters.values()[i]
                            : (chosen == 1 ? first : second).codes()[i];
                }
                return read;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37, 50_000})
    void shouldEqualScalarWhenGoingAlongADirection(int length) {
        equal(k -> {
            Rows parameters = random(1, length);
            k.addDirection(parameters.values(), 5, 11, 1e-3f);
            k.addDirection(parameters.values(), 5, 11, -2e-3f);
            return parameters;
        });
    }

    private interface Computation {
        Rows run(TrainingKernels kernels);
    }

    private void equal(Computation computation) {
        float[] expected = computation.run(scalar).values();
        for (TrainingKernels subject : subjects) {
            assertArrayEquals(expected, computation.run(subject).values());
        }
    }

    private static Rows fill(int count, int width) {
        Rows rows = new Rows(count, width);
        Arrays.fill(rows.values(), 0.25f);
        return rows;
    }

    private static Rows random(int count, int width) {
        SplittableRandom random = new SplittableRandom(SEED + count * 31L + width);
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) random.nextGaussian();
        }
        return rows;
    }
}
