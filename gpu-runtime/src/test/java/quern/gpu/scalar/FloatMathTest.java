package quern.gpu.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatMathTest {

    @Test
    void shouldStayWithinTwoUnitsInTheLastPlaceWhenExpIsFinite() {
        for (float x = -110f; x < 89f; x += 0.00137f) {
            check(x);
        }
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            check((float) random.nextGaussian() * 1e-3f);
        }
    }

    private static void check(float x) {
        double expected = StrictMath.exp(x);
        double unit = Math.ulp((float) expected);
        float found = FloatMath.exp(x);
        if ((float) expected == Float.POSITIVE_INFINITY || found == Float.POSITIVE_INFINITY) {
            assertTrue(expected > 3.4028e38 && found > 3.4028e38f, "exp(" + x + ") = " + found);
            return;
        }
        assertTrue(Math.abs(found - expected) <= 2 * unit, "exp(" + x + ") = " + found + ", expected " + expected);
    }

    @Test
    void shouldGiveTheLimitsWhenExpOverflowsUnderflowsOrIsUndefined() {
        assertEquals(0f, FloatMath.exp(Float.NEGATIVE_INFINITY));
        assertEquals(0f, FloatMath.exp(-Float.MAX_VALUE));
        assertEquals(1f, FloatMath.exp(0f));
        assertEquals(1f, FloatMath.exp(-0f));
        assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(Float.MAX_VALUE));
        assertTrue(Float.isNaN(FloatMath.exp(Float.NaN)));
        assertEquals(-0f, FloatMath.silu(-1000f));
        assertEquals(1000f, FloatMath.silu(1000f));
    }

    @Test
    void shouldSumAllElementsWhenTheLengthIsAwkward() {
        for (int length : new int[] {0, 1, 15, 16, 17, 31, 33, 576}) {
            float[] ones = new float[length + 3];
            java.util.Arrays.fill(ones, 1f);
            assertEquals(length, FloatMath.sum(ones, 3, length));
            assertEquals(length, FloatMath.dot(ones, 3, ones, 0, length));
        }
    }
}
