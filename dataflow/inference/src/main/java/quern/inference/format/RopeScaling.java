package quern.inference.format;

import quern.gpu.kernel.RopeTable;

/** The published ways to stretch a rotary table over a longer context. Each gives a new table. */
final class RopeScaling {

    private RopeScaling() {}

    /** All frequencies over {@code factor}. */
    static RopeTable linear(RopeTable table, double factor) {
        float[] frequencies = table.frequencies().clone();
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) (frequencies[i] / factor);
        }
        return new RopeTable(table.interleaved(), frequencies, table.magnitude());
    }

    /** Each frequency over its own divisor. */
    static RopeTable divided(RopeTable table, float[] divisors, float magnitude) {
        float[] frequencies = table.frequencies().clone();
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = frequencies[i] / divisors[i];
        }
        return new RopeTable(table.interleaved(), frequencies, magnitude);
    }

    /** Llama 3's: long waves are slowed by the factor, short ones stay, between the two it fades. */
    static RopeTable llama3(RopeTable table, double factor, double low, double high, double context) {
        float[] frequencies = table.frequencies().clone();
        for (int i = 0; i < frequencies.length; i++) {
            double turns = context * frequencies[i] / (2 * Math.PI);
            double kept = high > low ? Math.clamp((turns - low) / (high - low), 0, 1) : turns < low ? 0 : 1;
            frequencies[i] = (float) ((1 - kept) * frequencies[i] / factor + kept * frequencies[i]);
        }
        return new RopeTable(table.interleaved(), frequencies, table.magnitude());
    }

    /**
     * YaRN (Peng et al., arXiv 2309.00071): pairs that turn more than {@code fast} times within the original context
     * stay, those that turn less than {@code slow} times are slowed by the factor, between the two it fades.
     *
     * @param base of the table
     * @param magnitude factor of queries and keys
     * @param whole the borders of the fading are rounded outwards to whole pairs
     */
    static RopeTable yarn(
            RopeTable table, double base, double factor, double context, double fast, double slow, boolean whole,
            float magnitude) {
        int elements = 2 * table.frequencies().length;
        double low = pairTurning(fast, elements, base, context);
        double high = pairTurning(slow, elements, base, context);
        low = Math.max(0, whole ? Math.floor(low) : low);
        high = Math.min(elements - 1, whole ? Math.ceil(high) : high);
        if (high == low) {
            high += 0.001;
        }
        float[] frequencies = table.frequencies().clone();
        for (int i = 0; i < frequencies.length; i++) {
            double slowed = Math.clamp((i - low) / (high - low), 0, 1);
            frequencies[i] = (float) (frequencies[i] / factor * slowed + frequencies[i] * (1 - slowed));
        }
        return new RopeTable(table.interleaved(), frequencies, magnitude);
    }

    /** The pair that turns {@code times} times within {@code context}. */
    private static double pairTurning(double times, int elements, double base, double context) {
        return elements * Math.log(context / (times * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /** YaRN's magnitude for a factor. */
    static double yarnMagnitude(double factor) {
        return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    }
}
