package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import quern.gpu.tensor.ElementType;

class QuantizerTest {

    private static final int ROWS = 64;
    private static final int COLUMNS = 1024;

    static Stream<ElementType> quantised() {
        return Stream.of(ElementType.values()).filter(type -> !type.isFloat());
    }

    /** Rows of normally distributed values, every second with heavy tails. */
    private static float[] values(Random random) {
        float[] x = new float[ROWS * COLUMNS];
        for (int i = 0; i < x.length; i++) {
            double g = random.nextGaussian();
            x[i] = (float) (i / COLUMNS % 2 == 0 ? g : g * Math.abs(g));
        }
        return x;
    }

    private static float[] importance(Random random) {
        float[] w = new float[COLUMNS];
        for (int i = 0; i < w.length; i++) {
            double g = random.nextGaussian();
            w[i] = (float) (g * g + 0.05);
        }
        return w;
    }

    /** Stored and read again. */
    private static float[] stored(ElementType type, float[] x, int columns, float[] importance) {
        byte[] row = new byte[Math.toIntExact(type.bytesOf(columns))];
        float[] found = new float[x.length];
        for (int at = 0; at < x.length; at += columns) {
            Quantizer.row(type, x, at, columns, importance, row, 0);
            Dequantizer.blocks(type, row, 0, columns, found, at);
        }
        return found;
    }

    private static double error(float[] x, float[] stored, float[] weights) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double rest = (double) x[i] - stored[i];
            sum += rest * rest * (weights == null ? 1 : weights[i % COLUMNS]);
        }
        return Math.sqrt(sum / x.length);
    }

    /**
     * The root of the mean squared error that ggml_quantize_chunk of the library in de.kherud:llama 4.2.0 makes on the
     * same values: without an importance matrix; with one, weighted by it.
     */
    @ParameterizedTest
    @CsvSource({
        "Q8_0, 0.010240, 0.010924", "Q4_0, 0.150577, 0.148422", "Q4_1, 0.137558, 0.116784",
        "Q5_0, 0.077651, 0.076674", "Q5_1, 0.066771, 0.057130", "Q2_K, 0.508726, 0.376600",
        "Q3_K, 0.237005, 0.224323", "Q4_K, 0.124202, 0.119538", "Q5_K, 0.063827, 0.062295",
        "Q6_K, 0.031718, 0.031151", "IQ4_NL, 0.125659, 0.122072", "IQ4_XS, 0.126867, 0.123885"
    })
    void shouldLoseNoMoreThanLlamaCppWhenQuantising(ElementType type, double equal, double weighted) {
        Random random = new Random(20240613);
        float[] x = values(random);
        float[] importance = importance(random);
        double found = error(x, stored(type, x, COLUMNS, null), null);
        assertTrue(found <= equal + 1e-6, type + ": " + found + ", llama.cpp " + equal);
        double foundWeighted = error(x, stored(type, x, COLUMNS, importance), importance);
        assertTrue(foundWeighted <= weighted, type + ": " + foundWeighted + " weighted, llama.cpp " + weighted);
        double unweighted = error(x, stored(type, x, COLUMNS, null), importance);
        assertTrue(foundWeighted < 0.97 * unweighted, type + ": " + foundWeighted + " of " + unweighted);
    }

    /** Codes and scales of every bit pattern that a search may choose come back: the bits are where they belong. */
    @ParameterizedTest
    @MethodSource("quantised")
    void shouldComeBackAlmostUnchangedWhenValuesFitTheType(ElementType type) {
        Random random = new Random(5);
        float[] x = new float[4096];
        Dequantizer.row(RandomWeights.of(type, 1, x.length, random), 0, x, 0);
        float[] found = stored(type, x, x.length, null);
        double error = 0;
        double size = 0;
        for (int i = 0; i < x.length; i++) {
            error += Math.pow(x[i] - found[i], 2);
            size += Math.pow(x[i], 2);
        }
        double share = Math.sqrt(error / size);
        double most = switch (type) {
            case Q2_K, Q3_K -> 0.1;
            case Q8_0, Q6_K, Q5_K -> 0.01;
            default -> 0.03;
        };
        assertTrue(share <= most, type + ": lost " + share);
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void shouldStoreZerosAndConstantsWhenBlocksHaveNothingElse(ElementType type) {
        float[] ones = new float[256];
        Arrays.fill(ones, 1f);
        for (float value : new float[] {0f, 1f, -1f, 3e-5f, -250f}) {
            float[] x = new float[256];
            Arrays.fill(x, value);
            for (float[] importance : Arrays.asList(null, ones, new float[256])) {
                for (float found : stored(type, x, 256, importance)) {
                    double tolerance = value == 3e-5f ? 3e-5 : Math.abs(value) * 0.03;
                    assertTrue(Math.abs(found - value) <= tolerance, type + ": " + found + " for " + value);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void shouldStayFiniteWhenScalesAreAtTheLimitsOfHalfFloats(ElementType type) {
        for (float size : new float[] {Float.MIN_VALUE, 1e-30f, 1e-7f, 6e4f}) {
            Random random = new Random(9);
            float[] x = new float[256];
            for (int i = 0; i < x.length; i++) {
                x[i] = (random.nextFloat() - 0.5f) * size;
            }
            float[] importance = new float[256];
            importance[17] = 1e30f;
            for (float[] weights : Arrays.asList(null, importance)) {
                for (float found : stored(type, x, 256, weights)) {
                    assertTrue(Math.abs(found) <= 2 * size, type + ": " + found + " of " + size);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEachBlockTheSameBytesWhenAloneOrInARow(ElementType type) {
        Random random = new Random(3);
        float[] x = Arrays.copyOf(values(random), 1 + 1024);
        float[] importance = importance(random);
        int block = type.blockElements();
        for (float[] weights : Arrays.asList(null, importance)) {
            byte[] row = new byte[2 + Math.toIntExact(type.bytesOf(COLUMNS))];
            Quantizer.row(type, x, 1, COLUMNS, weights, row, 2);
            byte[] alone = new byte[type.blockBytes()];
            for (int b = COLUMNS / block - 1; b >= 0; b -= 3) {
                float[] part = weights == null ? null : Arrays.copyOfRange(weights, b * block, (b + 1) * block);
                Quantizer.row(type, x, 1 + b * block, block, part, alone, 0);
                int at = 2 + b * type.blockBytes();
                assertArrayEquals(Arrays.copyOfRange(row, at, at + alone.length), alone, type + ", block " + b);
            }
            assertEquals(0, row[0] | row[1]);
        }
    }

    @Test
    void shouldRoundToNearestWhenElementsAreFloats() {
        float[] x = {1f + 0x1p-8f, 1f + 3 * 0x1p-8f, -0f, 1f + 0x1p-11f, 65_520f, Float.NaN};
        assertArrayEquals(
                new float[] {1f, 1f + 0x1p-6f, -0f, 1f, 65_536f, Float.NaN}, stored(ElementType.BF16, x, 6, null));
        assertArrayEquals(
                new float[] {1f + 0x1p-8f, 1f + 3 * 0x1p-8f, -0f, 1f, Float.POSITIVE_INFINITY, Float.NaN},
                stored(ElementType.F16, x, 6, null));
        assertArrayEquals(x, stored(ElementType.F32, x, 6, null));
    }

    /** The largest number below a half: adding a half to it in floats gives 1. */
    @Test
    void shouldRoundDownWhenAnElementIsJustBelowHalf() {
        float[] x = new float[32];
        x[0] = 127f;
        x[1] = 0.49999997f;
        x[2] = -2.5f;
        float[] found = stored(ElementType.Q8_0, x, 32, null);
        assertEquals(List.of(127f, 0f, -3f), List.of(found[0], found[1], found[2]));
    }

    @Test
    void shouldRefuseWhenSizesOrNumbersAreOut() {
        float[] x = new float[512];
        byte[] out = new byte[512];
        assertThrows(
                IllegalArgumentException.class, () -> Quantizer.row(ElementType.Q4_K, x, 0, 128, null, out, 0));
        var sizes = assertThrows(
                IllegalArgumentException.class,
                () -> Quantizer.row(ElementType.Q4_K, x, 0, 256, new float[255], out, 0));
        assertEquals("255 weights of importance, expected 256", sizes.getMessage());
        float[] negative = new float[256];
        negative[9] = -1f;
        assertThrows(
                IllegalArgumentException.class, () -> Quantizer.row(ElementType.Q4_K, x, 0, 256, negative, out, 0));
        x[300] = Float.NaN;
        var number = assertThrows(
                IllegalArgumentException.class, () -> Quantizer.row(ElementType.Q8_0, x, 256, 256, null, out, 0));
        assertEquals("column 44: NaN, expected a finite number", number.getMessage());
    }
}
