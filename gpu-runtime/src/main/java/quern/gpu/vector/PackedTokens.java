package quern.gpu.vector;

import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/**
 * Activations in tiles of {@code tileTokens} (1, 4 or 8), the last tile padded with zeros:
 * element (k, token) of a tile at {@code (tile * width + k) * tileTokens + token}.
 *
 * @param scales [tile][block of 32][token]; empty for floats
 * @param runSums [tile][run of 16][token], the sum of a run's integers; empty for floats
 */
record PackedTokens(int count, int width, int tileTokens, float[] values, float[] scales, float[] runSums) {

    private static final float[] NONE = {};
    private static final int RUN = QuantizedRows.BLOCK / 2;

    static PackedTokens of(Rows x, int count, int tileTokens) {
        if (count == 1 && tileTokens == 1) {
            return new PackedTokens(1, x.width(), 1, x.values(), NONE, NONE);
        }
        float[] values = new float[tiled(count, tileTokens, x.width())];
        for (int t = 0; t < count; t++) {
            int to = t / tileTokens * tileTokens * x.width() + t % tileTokens;
            int from = x.at(t);
            for (int k = 0; k < x.width(); k++) {
                values[to + k * tileTokens] = x.values()[from + k];
            }
        }
        return new PackedTokens(count, x.width(), tileTokens, values, NONE, NONE);
    }

    /** The integers as floats; the width is a whole number of blocks. */
    static PackedTokens of(QuantizedRows x, int count, int tileTokens) {
        int blocks = x.blocksPerRow();
        float[] values = new float[tiled(count, tileTokens, x.width())];
        float[] scales = new float[tiled(count, tileTokens, blocks)];
        float[] sums = new float[2 * scales.length];
        for (int t = 0; t < count; t++) {
            int tile = t / tileTokens;
            int lane = t % tileTokens;
            for (int b = 0; b < blocks; b++) {
                int from = (t * blocks + b) * QuantizedRows.BLOCK;
                int to = (tile * x.width() + b * QuantizedRows.BLOCK) * tileTokens + lane;
                int first = 0;
                int second = 0;
                for (int k = 0; k < RUN; k++) {
                    values[to + k * tileTokens] = x.values()[from + k];
                    values[to + (k + RUN) * tileTokens] = x.values()[from + RUN + k];
                    first += x.values()[from + k];
                    second += x.values()[from + RUN + k];
                }
                int at = (tile * blocks + b) * tileTokens + lane;
                scales[at] = x.scales()[t * blocks + b];
                sums[2 * at - lane] = first;
                sums[2 * at - lane + tileTokens] = second;
            }
        }
        return new PackedTokens(count, x.width(), tileTokens, values, scales, sums);
    }

    private static int tiled(int count, int tileTokens, int width) {
        return Math.multiplyExact(Math.ceilDiv(count, tileTokens) * tileTokens, width);
    }

    int tiles() {
        return Math.ceilDiv(count, tileTokens);
    }

    /** Where element {@code k} of a tile's first token lies. */
    int at(int tile, int k) {
        return (tile * width + k) * tileTokens;
    }

    /** Where the scales of a tile's block lie; its run sums lie at twice that. */
    int blockAt(int tile, int block) {
        return (tile * (width / QuantizedRows.BLOCK) + block) * tileTokens;
    }
}
