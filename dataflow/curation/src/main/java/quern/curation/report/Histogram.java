package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Arrays;

/**
 * Counts of numbers in bins of fixed bounds: each power of two is cut into {@value #PER_OCTAVE} equal bins, so that a
 * bin is at most 0.8 % wide of its lower bound. The bounds do not depend on the numbers, so counts of parts add up to
 * the counts of the whole. What lies beyond 2<sup>-24</sup> or 2<sup>62</sup> is counted in the outermost bins; zero
 * has a bin of its own. Its memory is bounded: 350 KiB for each sign.
 */
public final class Histogram {

    static final int PER_OCTAVE = 128;
    private static final int MANTISSA_BITS = 52;
    private static final int SUB_BITS = 7;
    private static final int EXPONENT_MIN = -24;
    private static final int OCTAVES = 86;
    /** Bins of one sign; bin 0 is zero, positive ones count up from 1, negative ones down from -1. */
    private static final int SPAN = OCTAVES * PER_OCTAVE;

    private final long[][] positive = new long[OCTAVES][];
    private final long[][] negative = new long[OCTAVES][];
    private long zero;
    private long count;

    /** @param value finite */
    public void add(double value) {
        add(bin(value), 1);
    }

    private void add(int bin, long times) {
        count += times;
        if (bin == 0) {
            zero += times;
            return;
        }
        int index = Math.abs(bin) - 1;
        long[][] sign = bin > 0 ? positive : negative;
        int octave = index / PER_OCTAVE;
        if (sign[octave] == null) {
            sign[octave] = new long[PER_OCTAVE];
        }
        sign[octave][index % PER_OCTAVE] += times;
    }

    public long count() {
        return count;
    }

    static int bin(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return 0;
        }
        int exponent = Math.getExponent(size) - EXPONENT_MIN;
        int index;
        if (exponent < 0) {
            index = 0;
        } else if (exponent >= OCTAVES) {
            index = SPAN - 1;
        } else {
            long mantissa = Double.doubleToRawLongBits(size) >>> MANTISSA_BITS - SUB_BITS & PER_OCTAVE - 1;
            index = exponent * PER_OCTAVE + (int) mantissa;
        }
        return value < 0 ? -index - 1 : index + 1;
    }

    /** Lower bound of the size of the numbers in a bin. */
    private static double floor(int index) {
        return Math.scalb(1.0 + (double) (index % PER_OCTAVE) / PER_OCTAVE, index / PER_OCTAVE + EXPONENT_MIN);
    }

    static double from(int bin) {
        return bin == 0 ? 0 : bin > 0 ? floor(bin - 1) : -floor(-bin);
    }

    static double to(int bin) {
        return bin == 0 ? 0 : bin > 0 ? floor(bin) : -floor(-bin - 1);
    }

    /** Takes bins that count something, in the order of their numbers. */
    interface BinReader {
        void bin(int bin, long count);
    }

    void read(BinReader reader) {
        for (int index = SPAN - 1; index >= 0; index--) {
            index = give(reader, negative, index, -index - 1);
        }
        if (zero > 0) {
            reader.bin(0, zero);
        }
        for (int octave = 0; octave < OCTAVES; octave++) {
            for (int i = 0; positive[octave] != null && i < PER_OCTAVE; i++) {
                if (positive[octave][i] > 0) {
                    reader.bin(octave * PER_OCTAVE + i + 1, positive[octave][i]);
                }
            }
        }
    }

    /** @return the index last looked at: the first of its octave where that is empty */
    private static int give(BinReader reader, long[][] sign, int index, int bin) {
        long[] octave = sign[index / PER_OCTAVE];
        if (octave == null) {
            return index - index % PER_OCTAVE;
        }
        if (octave[index % PER_OCTAVE] > 0) {
            reader.bin(bin, octave[index % PER_OCTAVE]);
        }
        return index;
    }

    /** Bins and counts in turns. */
    void write(ArrayNode target) {
        read((bin, times) -> target.add(bin).add(times));
    }

    static Histogram read(JsonNode pairs) {
        Histogram histogram = new Histogram();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            int bin = pairs.get(i).asInt();
            if (Math.abs(bin) <= SPAN) {
                histogram.add(bin, pairs.get(i + 1).asLong());
            }
        }
        return histogram;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram that && zero == that.zero && count == that.count
                && Arrays.deepEquals(positive, that.positive) && Arrays.deepEquals(negative, that.negative);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(count);
    }
}
