package quern.tuning.sparse;

import java.util.Arrays;
import java.util.BitSet;
import quern.gpu.tensor.Rows;

/**
 * A matrix of zeros, except for {@code +scale} and {@code -scale} at some places.
 *
 * @param scale of any sign, 0 where there are no places
 * @param places row by row, ascending
 * @param negative bit i: the sign at {@code places[i]}
 */
public record TernaryTensor(int rows, int columns, float scale, int[] places, BitSet negative) {

    private static final int MAGNITUDE = 0x7fffffff;

    /**
     * The elements of largest magnitude as signs; of equal ones those that come first. Their mean magnitude becomes the
     * scale: no other matrix of as many places is nearer.
     *
     * @param density share of the elements that stay, above 0 to 1; zeros never do
     */
    static TernaryTensor of(Rows matrix, double density) {
        float[] values = matrix.values();
        int size = matrix.count() * matrix.width();
        int wanted = (int) Math.ceil(density * size);
        Threshold threshold = Threshold.of(values, size, wanted);
        int equal = wanted - threshold.above();
        int[] places = new int[wanted];
        BitSet negative = new BitSet();
        double sum = 0;
        int count = 0;
        for (int i = 0; i < size; i++) {
            int bits = Float.floatToRawIntBits(values[i]) & MAGNITUDE;
            if (bits > 0 && (bits > threshold.bits() || bits == threshold.bits() && equal-- > 0)) {
                negative.set(count, values[i] < 0);
                places[count++] = i;
                sum += Math.abs(values[i]);
            }
        }
        float scale = count == 0 ? 0 : (float) (sum / count);
        return new TernaryTensor(matrix.count(), matrix.width(), scale, Arrays.copyOf(places, count), negative);
    }

    /**
     * The {@code wanted}-th largest magnitude, found by counting its upper and then its lower bits: magnitudes are in
     * the order of their bits.
     *
     * @param above how many are larger
     */
    private record Threshold(int bits, int above) {

        static Threshold of(float[] values, int size, int wanted) {
            int[] upper = new int[1 << 15];
            for (int i = 0; i < size; i++) {
                upper[(Float.floatToRawIntBits(values[i]) & MAGNITUDE) >>> 16]++;
            }
            int above = 0;
            int high = upper.length - 1;
            while (above + upper[high] < wanted) {
                above += upper[high--];
            }
            int[] lower = new int[1 << 16];
            for (int i = 0; i < size; i++) {
                int bits = Float.floatToRawIntBits(values[i]) & MAGNITUDE;
                if (bits >>> 16 == high) {
                    lower[bits & 0xffff]++;
                }
            }
            int low = lower.length - 1;
            while (above + lower[low] < wanted) {
                above += lower[low--];
            }
            return new Threshold(high << 16 | low, above);
        }
    }

    TernaryTensor times(float gain) {
        return withScale(gain * scale);
    }

    TernaryTensor withScale(float other) {
        return new TernaryTensor(rows, columns, other, places, negative);
    }

    /** Sum of a matrix's elements at the places, each with its sign: how it changes with the scale. */
    double along(Rows matrix) {
        double sum = 0;
        for (int i = 0; i < places.length; i++) {
            float value = matrix.values()[places[i]];
            sum += negative.get(i) ? -value : value;
        }
        return sum;
    }

    /** Adds the matrix to {@code rows}, which has its shape. */
    void addTo(Rows matrix) {
        float[] values = matrix.values();
        for (int i = 0; i < places.length; i++) {
            values[places[i]] += negative.get(i) ? -scale : scale;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TernaryTensor that && rows == that.rows && columns == that.columns
                && Float.compare(scale, that.scale) == 0 && Arrays.equals(places, that.places)
                && negative.equals(that.negative);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(places) + Float.hashCode(scale);
    }

    @Override
    public String toString() {
        return rows + " x " + columns + ", " + places.length + " of " + scale;
    }
}
