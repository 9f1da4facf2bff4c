package quern.gpu.vector;

import quern.gpu.tensor.QuantizedRows;

/**
 * 8-bit activations for products in 16-bit lanes: each integer twice in an int, row-major.
 *
 * @param values [token][k]
 * @param starts [token][block], twice in an int: -8 times the sum of the block's first 16 integers
 * @param scales [token][block]
 * @param runSums [token][run of 16], the sum of the run's integers
 */
record PairedTokens(int count, int[] values, int[] starts, float[] scales, float[] runSums) {

    private static final int RUN = QuantizedRows.BLOCK / 2;

    static PairedTokens of(QuantizedRows x, int count) {
        int blocks = count * x.blocksPerRow();
        int[] values = new int[blocks * QuantizedRows.BLOCK];
        int[] starts = new int[blocks];
        float[] sums = new float[2 * blocks];
        for (int run = 0; run < sums.length; run++) {
            int sum = 0;
            for (int i = run * RUN; i < (run + 1) * RUN; i++) {
                int value = x.values()[i];
                values[i] = pair(value);
                sum += value;
            }
            sums[run] = sum;
            if (run % 2 == 0) {
                starts[run / 2] = pair(-8 * sum);
            }
        }
        return new PairedTokens(count, values, starts, x.scales(), sums);
    }

    private static int pair(int value) {
        return value << 16 | value & 0xffff;
    }
}
