package quern.gpu.vector;

import quern.gpu.ComputeTeam;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/**
 * Activations in the order in which products read them: {@value #CHUNK} k of all tiles, then the next. Tiles are full
 * ones of {@link #full} tokens, then at most one with the rest, of 1, 4 or {@link #full} tokens, padded with zeros.
 * Element (k, token) of a tile lies at {@code at(tile, k) + token}, the next k {@code tokens(tile)} further as long as
 * the chunk is the same. Its arrays are kept for the next activations. One thread at a time packs; many may read.
 */
final class TokenTiles {

    private static final int BLOCK = QuantizedRows.BLOCK;
    private static final int RUN = BLOCK / 2;
    /** Blocks that products take at a time. */
    static final int BLOCKS = 4;
    private static final int CHUNK = BLOCKS * BLOCK;
    private static final float[] NO_FLOATS = {};
    private static final int[] NO_INTS = {};

    private final int full;
    private int count;
    private int width;
    private int tiles;
    private int lastTokens;
    private QuantizedRows held;

    private float[] values = NO_FLOATS;
    private int[] pairs = NO_INTS;
    private int[] starts = NO_INTS;
    private float[] scales = NO_FLOATS;
    private float[] blockSums = NO_FLOATS;
    private float[] halfSums = NO_FLOATS;

    /** @param full tokens of a full tile: 4 or 8 */
    TokenTiles(int full) {
        this.full = full;
    }

    /** Whether these whole numbers were the last that were packed here: several products share an input. */
    boolean hold(QuantizedRows x, int tokens) {
        return held == x && count == tokens;
    }

    /** To be called when whole numbers change. */
    void forget() {
        held = null;
    }

    /** Floats as they are. */
    void packFloats(Rows x, int tokens, ComputeTeam team, int tilesPerPart) {
        shape(tokens, x.width());
        values = grown(values, slots() * width);
        team.split(tiles, tilesPerPart, (first, end) -> {
            for (int tile = first; tile < end; tile++) {
                int stride = tokens(tile);
                for (int token = 0; token < stride; token++) {
                    int row = tile * full + token;
                    for (int from = 0; from < width; from += CHUNK) {
                        int at = at(tile, from) + token;
                        int last = Math.min(from + CHUNK, width);
                        for (int k = from; k < last; k++, at += stride) {
                            values[at] = row < tokens ? x.values()[x.at(row) + k] : 0f;
                        }
                    }
                }
            }
        });
    }

    /**
     * Whole numbers as floats, or each twice in an int.
     *
     * @param asPairs for products in 16-bit lanes; the others read floats
     */
    void packIntegers(QuantizedRows x, int tokens, boolean asPairs, ComputeTeam team, int tilesPerPart) {
        shape(tokens, x.width());
        held = x;
        int blocks = x.blocksPerRow();
        scales = grown(scales, slots() * blocks);
        blockSums = grown(blockSums, slots() * blocks);
        halfSums = grown(halfSums, 2 * slots() * blocks);
        if (asPairs) {
            pairs = grown(pairs, slots() * width);
            starts = grown(starts, slots() * blocks);
        } else {
            values = grown(values, slots() * width);
        }
        team.split(tiles, tilesPerPart, (from, to) -> {
            TokenTranspose transpose = new TokenTranspose(full);
            for (int tile = from; tile < to; tile++) {
                if (tokens(tile) == full && (tile + 1) * full <= tokens && x.width() % BLOCK == 0) {
                    packTile(x, tile, asPairs, transpose);
                    continue;
                }
                for (int token = 0; token < tokens(tile); token++) {
                    packRow(x, tile, token, asPairs);
                }
            }
        });
    }

    /** A full tile of full blocks, as {@link #packRow} does it element by element. */
    private void packTile(QuantizedRows x, int tile, boolean asPairs, TokenTranspose transpose) {
        int blocks = x.blocksPerRow();
        int row = tile * full;
        float[] runSums = new float[2 * full];
        for (int block = 0; block < blocks; block++) {
            int blockAt = blockAt(tile, block);
            transpose.read(x.values(), (row * blocks + block) * BLOCK, blocks * BLOCK);
            transpose.sums(runSums, 0);
            if (asPairs) {
                transpose.pairs(pairs, at(tile, block * BLOCK));
            } else {
                transpose.floats(values, at(tile, block * BLOCK));
            }
            int sumAt = row * blocks + block * full;
            for (int token = 0; token < full; token++) {
                float scale = x.scales()[(row + token) * blocks + block];
                scales[blockAt + token] = scale;
                if (asPairs) {
                    starts[blockAt + token] = pair(-8 * (int) runSums[token]);
                }
                keepSums(scale, runSums[token], runSums[full + token], sumAt + token, 2 * sumAt + token, full);
            }
        }
    }

    private void keepSums(float scale, float first, float second, int blockAt, int halfAt, int stride) {
        blockSums[blockAt] = scale * (first + second);
        halfSums[halfAt] = scale * first;
        halfSums[halfAt + stride] = scale * second;
    }

    private void packRow(QuantizedRows x, int tile, int token, boolean asPairs) {
        int stride = tokens(tile);
        int blocks = x.blocksPerRow();
        int row = tile * full + token;
        boolean there = row < count;
        byte[] in = x.values();
        for (int block = 0; block < blocks; block++) {
            int at = at(tile, block * BLOCK) + token;
            int from = (row * blocks + block) * BLOCK;
            int blockAt = blockAt(tile, block) + token;
            int first = 0;
            int all = 0;
            for (int k = 0; k < BLOCK; k++, at += stride) {
                int value = there ? in[from + k] : 0;
                all += value;
                first += k < RUN ? value : 0;
                if (asPairs) {
                    pairs[at] = pair(value);
                } else {
                    values[at] = value;
                }
            }
            float scale = there ? x.scales()[row * blocks + block] : 0f;
            scales[blockAt] = scale;
            if (asPairs) {
                starts[blockAt] = pair(-8 * first);
            }
            int tileAt = tile * full * blocks;
            keepSums(scale, first, all - first, tileAt + block * stride + token,
                    2 * (tileAt + block * stride) + token, stride);
        }
    }

    private static int pair(int value) {
        return value << 16 | value & 0xffff;
    }

    private void shape(int tokens, int columns) {
        count = tokens;
        width = columns;
        int rest = tokens % full;
        lastTokens = rest == 0 ? full : rest == 1 ? 1 : rest <= 4 ? 4 : full;
        tiles = Math.ceilDiv(tokens, full);
        Math.multiplyExact(slots(), columns);
    }

    /** Tokens with padding. */
    private int slots() {
        return (tiles - 1) * full + lastTokens;
    }

    private static float[] grown(float[] array, int length) {
        return array.length >= length ? array : new float[length];
    }

    private static int[] grown(int[] array, int length) {
        return array.length >= length ? array : new int[length];
    }

    int count() {
        return count;
    }

    int full() {
        return full;
    }

    int tiles() {
        return tiles;
    }

    /** Tokens of a tile, padding included. */
    int tokens(int tile) {
        return tile < tiles - 1 ? full : lastTokens;
    }

    /** Where element {@code k} of a tile's first token lies in {@link #values()} and {@link #pairs()}. */
    int at(int tile, int k) {
        int from = k / CHUNK * CHUNK;
        return from * slots() + tile * full * Math.min(CHUNK, width - from) + (k - from) * tokens(tile);
    }

    /** Where a block of a tile's first token lies in {@link #scales()} and {@link #starts()}. */
    int blockAt(int tile, int block) {
        int from = block / BLOCKS * BLOCKS;
        return from * slots() + tile * full * Math.min(BLOCKS, width / BLOCK - from) + (block - from) * tokens(tile);
    }

    float[] values() {
        return values;
    }

    /** Each whole number twice, as the halves of an int. */
    int[] pairs() {
        return pairs;
    }

    /** -8 times the sum of a block's first half, likewise. */
    int[] starts() {
        return starts;
    }

    float[] scales() {
        return scales;
    }

    /**
     * Scales times the sums of the whole numbers of blocks, or of their halves, of which there are {@code n} in a row:
     * that of run r of a tile's first token at {@code n * tile * full + r * tokens(tile)}.
     */
    float[] runSums(int runsPerBlock) {
        return runsPerBlock == 1 ? blockSums : halfSums;
    }
}
