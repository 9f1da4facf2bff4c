package quern.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DynamicCodeTest {

    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void shouldHaveTheValuesOfThePaperWhenCodesAreRead() {
        assertEquals(-1 + 0.9 / 128, DynamicCode.SIGNED.value((byte) 0), 1e-6);
        assertEquals(0f, DynamicCode.SIGNED.value((byte) 127));
        assertEquals(1f, DynamicCode.SIGNED.value((byte) 255));
        assertEquals(5.5e-7, DynamicCode.SIGNED.value((byte) 128), 1e-12);
        assertEquals(0f, DynamicCode.UNSIGNED.value((byte) 0));
        assertEquals(3.25e-7, DynamicCode.UNSIGNED.value((byte) 1), 1e-12);
        assertEquals(1f, DynamicCode.UNSIGNED.value((byte) 255));
    }

    @Test
    void shouldFindTheNearestCodeForEveryNumber() {
        for (DynamicCode code : new DynamicCode[] {DynamicCode.SIGNED, DynamicCode.UNSIGNED}) {
            int lowest = code == DynamicCode.UNSIGNED ? 1 : 0;
            for (int c = lowest; c < 256; c++) {
                assertEquals((byte) c, code.code(code.value((byte) c)), "code " + c);
            }
            for (int i = 0; i < 20_000; i++) {
                float value = (float) (Math.pow(10, -8 * random.nextDouble())
                        * (code == DynamicCode.SIGNED && random.nextBoolean() ? -1 : 1));
                double found = Math.abs((double) code.value(code.code(value)) - value);
                double least = Double.POSITIVE_INFINITY;
                for (int c = lowest; c < 256; c++) {
                    least = Math.min(least, Math.abs((double) code.value((byte) c) - value));
                }
                assertEquals(least, found, 1e-6 * Math.abs(value), value + ", seed " + seed);
            }
        }
    }

    @Test
    void shouldNeverRoundToZeroWhatIsDividedBy() {
        assertEquals((byte) 1, DynamicCode.UNSIGNED.code(Float.MIN_VALUE));
        CodedRows rows = CodedRows.zeros(2);
        rows.encode(DynamicCode.UNSIGNED, 0, 2, new float[] {1f, 1e-30f});
        float[] read = new float[2];
        rows.decode(DynamicCode.UNSIGNED, 0, 2, read);
        assertTrue(read[1] > 0, "read " + read[1]);
    }

    @Test
    void shouldKeepTheLargestOfEachBlockAndAllOfZeros() {
        CodedRows rows = CodedRows.zeros(600);
        float[] read = new float[CodedRows.BLOCK];
        for (int block = 0; block < 3; block++) {
            rows.decode(DynamicCode.SIGNED, block, Math.min(256, 600 - 256 * block), read);
            assertArrayEquals(new float[CodedRows.BLOCK], read);
        }
        float[] numbers = new float[CodedRows.BLOCK];
        for (int i = 0; i < 88; i++) {
            numbers[i] = (float) random.nextDouble(-3, 3);
        }
        numbers[5] = 7f;
        rows.encode(DynamicCode.SIGNED, 2, 88, numbers);
        rows.decode(DynamicCode.SIGNED, 2, 88, read);
        assertEquals(7f, read[5]);
        for (int i = 0; i < 88; i++) {
            assertEquals(numbers[i], read[i], 7 * 0.9 / 64 / 2 + 1e-5, i + ", seed " + seed);
        }
    }
}
