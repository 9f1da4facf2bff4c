package quern.gpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.gpu.ComputeTeam;
import quern.gpu.KernelComparison;
import quern.gpu.SelfCheck;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.RandomWeights;
import quern.gpu.scalar.StoredRow;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/** Equality with the scalar definition, bit for bit. */
class VectorKernelsTest {

    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final ComputeTeam TEAM = new ComputeTeam(2);

    private final VectorKernels kernels = new VectorKernels(TEAM);
    private final KernelComparison comparison = new KernelComparison(kernels, SEED, 1f);

    @AfterAll
    static void close() {
        TEAM.close();
    }

    private static void same(float difference, String what) {
        assertEquals(0f, difference, () -> what + ", -Dquern.seed=" + SEED);
    }

    static List<ElementType> types() {
        return SelfCheck.types();
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenMultiplying(ElementType type) {
        int unit = type.blockElements();
        int[] columns = unit == 1 ? new int[] {1, 7, 8, 33, 64, 65, 131, 576} : new int[] {unit, 3 * unit};
        for (int column : columns) {
            for (int rows : new int[] {1, 15, 16, 17, 53}) {
                for (int count : new int[] {1, 3, 4, 9}) {
                    String sizes = type + " " + rows + " x " + column + ", " + count + " tokens";
                    same(comparison.matmul(type, rows, column, count), "matmul " + sizes);
                    same(comparison.matmulQ8(type, rows, column, count), "matmulQ8 " + sizes);
                }
            }
        }
        for (int count : new int[] {1, 2, 6}) {
            same(comparison.matmulQ8(type, 33, 1280, count), "matmulQ8 " + type + " 33 x 1280, " + count + " tokens");
        }
        same(comparison.embed(type, 9, columns[1], 5), "embed " + type);
    }

    @Test
    void shouldEqualScalarWhenAddingLowRankUpdates() {
        for (int rank : new int[] {1, 3, 4, 8, 17}) {
            for (int rows : new int[] {1, 64, 65, 200}) {
                for (int columns : new int[] {1, 15, 16, 33, 576}) {
                    String sizes = "rank " + rank + ", " + rows + " x " + columns;
                    same(comparison.addLowRank(rank, rows, columns, 1, 2, 3, 0, 35), sizes);
                    same(comparison.addLowRank(rank, rows, columns), "no span of " + sizes);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenMeasuringRowsOfAnUpdatedMatrix(ElementType type) {
        int unit = type.blockElements();
        for (int columns : unit == 1 ? new int[] {1, 15, 33, 130} : new int[] {unit, 3 * unit}) {
            for (int rows : new int[] {1, 31, 70}) {
                same(comparison.rowNorms(type, 3, rows, columns), type + " " + rows + " x " + columns);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenTilesAreNarrowOrWide(ElementType type) {
        int columns = type.blockElements() == 1 ? 100 : 512;
        for (boolean wide : WideTiles.fit() ? new boolean[] {false, true} : new boolean[] {false}) {
            var tiled = new KernelComparison(new VectorKernels(TEAM, wide), SEED, 1f);
            for (int count : new int[] {8, 21}) {
                same(tiled.matmul(type, 37, columns, count), "matmul " + type + ", wide " + wide);
                same(tiled.matmulQ8(type, 37, columns, count), "matmulQ8 " + type + ", wide " + wide);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(bytes = {(byte) 0x80, 0x7f, 0x00, (byte) 0xff, (byte) 0xf0, 0x0f})
    void shouldEqualScalarWhenAllCodesAreExtreme(byte code) {
        for (ElementType type : types().stream().filter(type -> !type.isFloat()).toList()) {
            byte[] bytes = new byte[Math.toIntExact(type.bytesOf(16 * 256))];
            Arrays.fill(bytes, code);
            for (int at = 0; at < bytes.length; at += type.blockBytes()) {
                int scale = at + switch (type) {
                    case Q2_K -> 80;
                    case Q3_K -> 108;
                    case Q6_K -> 208;
                    default -> 0;
                };
                bytes[scale] = 0;
                bytes[scale + 1] = 0x3c;
                if (StoredRow.hasMins(type)) {
                    bytes[scale + 2] = 0;
                    bytes[scale + 3] = 0x38;
                }
            }
            Tensor weights = new Tensor("extreme", type, 16, 256, MemorySegment.ofArray(bytes));
            for (float sign : new float[] {1, -1}) {
                Rows x = new Rows(5, 256);
                Arrays.fill(x.values(), 127 * sign);
                same(comparison.matmulQ8(weights, x, 5), type + " times " + 127 * sign);
                same(comparison.matmulQ8(weights, x, 1), type + " times " + 127 * sign + ", one token");
            }
        }
    }

    @Test
    void shouldEqualScalarWhenActivationsAreNotNumbersOrTiny() {
        Rows x = comparison.rows(3, 96);
        x.values()[5] = Float.NaN;
        x.values()[96 + 40] = Float.POSITIVE_INFINITY;
        for (int i = 0; i < 32; i++) {
            x.values()[192 + i] = Float.MIN_VALUE * (i * 11 - 100);
            x.values()[192 + 32 + i] = i - 16.5f;
            x.values()[192 + 64 + i] = 0f;
        }
        same(comparison.quantizeActivations(x, 3), "quantizeActivations");
        for (ElementType type : types().stream().filter(type -> type.blockElements() <= 32).toList()) {
            Tensor weights = RandomWeights.of(type, 17, 96, new Random(SEED));
            same(comparison.matmulQ8(weights, x, 3), "matmulQ8 " + type);
            same(comparison.matmul(weights, x, 3), "matmul " + type);
        }
    }

    @Test
    void shouldEqualScalarWhenWorkingAlongRows() {
        for (int width : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 33, 96, 576, 1537}) {
            for (int count : new int[] {1, 2, 13}) {
                String sizes = " " + count + " x " + width;
                same(comparison.rmsNorm(count, width), "rmsNorm" + sizes);
                same(comparison.layerNorm(count, width), "layerNorm" + sizes);
                same(comparison.activate(count, width), "activate" + sizes);
                same(comparison.sums(count, width), "add" + sizes);
                same(comparison.siluMultiply(count, width), "siluMultiply" + sizes);
                same(comparison.quantizeActivations(comparison.rows(count, width), count), "quantize" + sizes);
            }
        }
        var wild = new KernelComparison(kernels, SEED, 1e4f);
        same(wild.siluMultiply(3, 1000), "siluMultiply, wild");
        same(wild.activate(3, 1000), "activate, wild");
        same(wild.layerNorm(3, 1000), "layerNorm, wild");
        same(new KernelComparison(kernels, SEED, 60f).siluMultiply(3, 1000), "siluMultiply, near the limits of exp");
    }

    @Test
    void shouldEqualScalarWhenLookingThroughRuns() {
        for (int count : new int[] {0, 1, 7, 15, 16, 17, 127, 128, 129, 1000, 151_936}) {
            same(comparison.runs(comparison.rows(1, count + 3).values(), 3, count), "runs of " + count);
        }
        float[] x = comparison.rows(1, 1000).values();
        x[3] = Float.NaN;
        x[260] = Float.NEGATIVE_INFINITY;
        x[500] = Float.POSITIVE_INFINITY;
        x[999] = Float.NaN;
        Arrays.fill(x, 640, 768, Float.NEGATIVE_INFINITY);
        same(comparison.runs(x, 0, 1000), "runs with what is no number");
        same(comparison.runs(x, 4, 900), "runs with infinities");
        same(comparison.runs(new KernelComparison(kernels, SEED, 1e30f).rows(1, 999).values(), 0, 999), "wild runs");
        assertThrows(IllegalArgumentException.class, () -> kernels.maxima(x, 1, 1000, new float[8]));
        assertThrows(IllegalArgumentException.class, () -> kernels.maxima(x, 0, 1000, new float[7]));
    }

    @Test
    void shouldEqualScalarWhenRotating() {
        for (boolean interleaved : new boolean[] {true, false}) {
            for (int pairs : new int[] {1, 3, 4, 6, 8, 13, 32}) {
                for (int count : new int[] {1, 7}) {
                    same(comparison.rope(interleaved, count, 3, 2 * pairs, pairs), "rope of " + pairs + " pairs");
                    same(comparison.rope(interleaved, count, 2, 2 * pairs + 5, pairs), "partial rope of " + pairs);
                }
            }
        }
    }

    @Test
    void shouldEqualScalarWhenWorkIsSplitAmongThreads() {
        same(comparison.matmul(ElementType.Q8_0, 1003, 576, 5), "matmul");
        same(comparison.matmulQ8(ElementType.Q4_0, 1003, 576, 1), "matmulQ8");
        same(comparison.matmulQ8(ElementType.F16, 1003, 576, 9), "matmulQ8");
        KvLayout layout = new KvLayout(1, 3, 64, 32, ElementType.F16);
        same(comparison.attention(layout, 2, 130, 130, 9), "attention");
        same(comparison.rmsNorm(120, 577), "rmsNorm");
        same(comparison.layerNorm(120, 577), "layerNorm");
        same(comparison.activate(120, 577), "activate");
        same(comparison.siluMultiply(30, 1537), "siluMultiply");
        same(comparison.geluMultiply(30, 1537), "geluMultiply");
        same(comparison.softcap(30, 1537, 3f), "softcap");
        same(new KernelComparison(kernels, SEED, 60f).geluMultiply(3, 1000), "geluMultiply, wild");
        same(new KernelComparison(kernels, SEED, 60f).softcap(3, 1000, 0.5f), "softcap, wild");
        same(comparison.sums(120, 577), "add");
        same(comparison.rope(true, 120, 9, 64, 32), "rope");
        same(comparison.quantizeActivations(comparison.rows(120, 577), 120), "quantizeActivations");
        for (int count : new int[] {0, 1}) {
            same(comparison.attention(layout, 1, 1, count, 3), "attention of " + count + " rows");
            same(comparison.siluMultiply(count, 8), "siluMultiply of " + count + " rows");
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldGiveEachRowTheSameBitsWhenAloneOrTogether(ElementType type) {
        int columns = 256;
        var packed = kernels.pack(RandomWeights.of(type, 40, columns, new Random(SEED)));
        Rows x = comparison.rows(7, columns);
        Rows together = new Rows(7, 40);
        QuantizedRows q = new QuantizedRows(7, columns);
        kernels.quantizeActivations(x, 7, q);
        kernels.matmulQ8(packed, q, 7, together);
        for (int t = 0; t < 7; t++) {
            Rows one = new Rows(Arrays.copyOfRange(x.values(), x.at(t), x.at(t) + columns), 1, columns);
            QuantizedRows oneQ = new QuantizedRows(1, columns);
            kernels.quantizeActivations(one, 1, oneQ);
            Rows alone = new Rows(1, 40);
            kernels.matmulQ8(packed, oneQ, 1, alone);
            assertArrayEquals(
                    Arrays.copyOfRange(together.values(), together.at(t), together.at(t) + 40), alone.values());
        }
    }

    @Test
    void shouldRunEveryDeclaredPairWhenCheckingItself() {
        List<SelfCheck.Result> results = SelfCheck.run(kernels, SEED);
        for (SelfCheck.Result result : results) {
            same(result.maxDifference(), result.kernel() + " " + result.type());
            assertEquals(true, result.ok());
        }
        for (ElementType type : types()) {
            long ran = results.stream().filter(result -> result.type().equals(type.name())).count();
            assertEquals(SelfCheck.cacheTypes().contains(type) ? 7 : 3, ran, type.name());
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldGiveTheStoredFloatsWhenUnpacking(ElementType type) {
        int columns = type.blockElements() == 1 ? 131 : 512;
        Tensor weights = RandomWeights.of(type, 45, columns, new Random(SEED));
        float[] found = new float[30 * columns];
        VectorKernels.unpack(kernels.pack(weights), 9, 30, found);
        float[] expected = new float[30 * columns];
        for (int r = 0; r < 30; r++) {
            Dequantizer.row(weights, 9 + r, expected, r * columns);
        }
        assertArrayEquals(expected, found);
    }

    /** Scales are held in 16 bits, so a block of 32 with its own scale and minimum costs one bit a weight for them. */
    @ParameterizedTest
    @CsvSource({
        "F32, 32", "F16, 16", "BF16, 16", "Q8_0, 8.5", "Q4_0, 4.5", "Q4_1, 5", "Q5_0, 8.5", "Q5_1, 9", "Q2_K, 5.125",
        "Q3_K, 4.5625", "Q4_K, 4.625", "Q5_K, 8.625", "Q6_K, 8.5625", "IQ4_NL, 4.5", "IQ4_XS, 4.3125"
    })
    void shouldHoldCodesNotFloatsWhenPacked(ElementType type, double bitsPerWeight) {
        Tensor weights = RandomWeights.of(type, 32, 512, new Random(SEED));
        assertEquals(bitsPerWeight, 8.0 * kernels.pack(weights).bytes() / (32 * 512));
    }

    @Test
    void shouldNameTheTensorWhenAScaleIsNotFinite() {
        Tensor sound = RandomWeights.of(ElementType.Q8_0, 1, 32, new Random(SEED));
        byte[] bytes = sound.bytes().toArray(ValueLayout.JAVA_BYTE);
        bytes[1] = 0x7c;
        Tensor broken = new Tensor("blk.0.ffn_up.weight", ElementType.Q8_0, 1, 32, MemorySegment.ofArray(bytes));
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> kernels.pack(broken));
        assertTrue(refusal.getMessage().contains("blk.0.ffn_up.weight"), refusal.getMessage());
    }
}
