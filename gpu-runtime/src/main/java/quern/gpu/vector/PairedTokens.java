package quern.gpu.vector;

import quern.gpu.tensor.QuantizedRows;

/**
 * 8-bit activations for products in 16-bit lanes: each integer twice in an int, row-major.
 *
 * @param values [token][k]
 * @param starts [token][block], twice in an int: -8 times the sum of the block's first 16 integers
 * @param scales [token][block]
 * @param sums [token][block], the sum of the block's integers
 */
record PairedTokens(int count, int[] values, int[] starts, float[] scales, float[] sums) {

    static PairedTokens of(QuantizedRows x, int count) {
        int blocks = count * x.blocksPerRow();
        int[] values = new int[blocks * QuantizedRows.BLOCK];
        int[] starts = new int[blocks];
        float[] sums = new float[blocks];
        for (int b = 0; b < blocks; b++) {
            int sum = 0;
            for (int i = 0; i < QuantizedRows.BLOCK; i++) {
                int value = x.values()[b * QuantizedRows.BLOCK + i];
                values[b * QuantizedRows.BLOCK + i] = pair(value);
                sum += value;
                if (i == QuantizedRows.BLOCK / 2 - 1) {
                    starts[b] = pair(-8 * sum);
                }
            }
            sums[b] = sum;
        }
        return new PairedTokens(count, values, starts, x.scales(), sums);
    }

    private static int pair(int value) {
        return value << 16 | value & 0xffff;
    }
}
