package quern.gpu.vector;

import java.util.Arrays;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.PanelLayout.Form;

/**
 * Panels of a matrix times tiles of tokens, with the scratch that takes: a few blocks of a panel are read once for all
 * tokens, whose sums wait in scratch meanwhile. A few tokens are multiplied straight from the packed bytes; for many a
 * chunk of blocks is unpacked first. The way does not show in the result. One thread at a time.
 */
final class PanelProduct {

    private static final int ROWS = PanelLayout.ROWS;
    private static final int BLOCK = 32;
    private static final int FLOATS_PER_READ = 64;
    /** Full tiles up to which unpacking would cost more than it saves. */
    private static final int DIRECT_TILES_MAX = 2;
    /** Blocks at a time: a group of panels of them and a tile of activations fit the first cache level. */
    private static final int BLOCKS_MAX = TokenTiles.BLOCKS;
    /** Panels that share what is read of the activations, which for many tokens do not fit the second cache level. */
    private static final int GROUP_PANELS = 4;

    private final boolean wide;
    /** Tokens of a full tile. */
    private final int full;
    private final float[] weights;
    private final short[] codes;
    private final short[] shortDots;
    private final float[] dots;
    /** Of each panel of a group. */
    private final float[][] scales;
    private final float[][] factors;
    private final float[][] minFactors;
    private float[] sums = new float[0];

    /** @param wide whether on 512-bit vectors */
    PanelProduct(boolean wide) {
        this.wide = wide;
        this.full = wide ? WideTiles.TOKENS : NarrowTiles.TOKENS;
        this.weights = new float[BLOCKS_MAX * BLOCK * ROWS];
        this.codes = new short[GROUP_PANELS * BLOCKS_MAX * BLOCK * ROWS];
        this.shortDots = new short[2 * 2 * BLOCKS_MAX * full * ROWS];
        this.dots = new float[2 * BLOCKS_MAX * full * ROWS];
        this.scales = new float[GROUP_PANELS][BLOCKS_MAX * ROWS];
        this.factors = new float[GROUP_PANELS][BLOCKS_MAX * 2 * ROWS];
        this.minFactors = new float[GROUP_PANELS][BLOCKS_MAX * 2 * ROWS];
    }

    /** Products with floats: each sum is one chain of fmas in order of k. */
    void floats(PanelMatrix w, TokenTiles x, int from, int to, Rows y) {
        int columns = w.columns();
        int step = w.layout().hasIntegerProduct() ? BLOCK : FLOATS_PER_READ;
        for (int panel = from; panel < to; panel++) {
            clear(x, 1);
            if (w.layout().form() == Form.FLOATS && x.count() == 1) {
                chain(w, panel, x);
            } else {
                for (int k = 0; k < columns; k += step) {
                    int count = Math.min(step, columns - k);
                    PanelReader.floats(w, panel, k, count, codes, weights);
                    for (int tile = 0; tile < x.tiles(); tile++) {
                        chain(weights, count, x.values(), x.at(tile, k), x.tokens(tile), tile * full * ROWS);
                    }
                }
            }
            write(x, panel, panel, y);
        }
    }

    private void chain(PanelMatrix w, int panel, TokenTiles x) {
        long at = w.layout().codesAt(panel, 0);
        if (wide) {
            WideTiles.chain1(w.memory(), at, w.columns(), x.values(), 0, sums, 0);
        } else {
            NarrowTiles.chain1(w.memory(), at, w.columns(), x.values(), 0, sums, 0);
        }
    }

    private void chain(float[] w, int count, float[] x, int xAt, int tokens, int at) {
        if (wide) {
            switch (tokens) {
                case 1 -> WideTiles.chain1(w, 0, count, x, xAt, sums, at);
                case 4 -> WideTiles.chain4(w, 0, count, x, xAt, sums, at);
                default -> WideTiles.chain8(w, 0, count, x, xAt, sums, at);
            }
        } else if (tokens == 1) {
            NarrowTiles.chain1(w, 0, count, x, xAt, sums, at);
        } else {
            NarrowTiles.chain4(w, 0, count, x, xAt, sums, at);
            NarrowTiles.chain4(w, 16, count, x, xAt, sums, at + 16);
        }
    }

    /** Products with 8-bit activations. */
    void integers(PanelMatrix w, TokenTiles x, int from, int to, Rows y) {
        boolean nibbles = w.layout().form() == Form.NIBBLES;
        int fullTiles = x.tokens(x.tiles() - 1) == full ? x.tiles() : x.tiles() - 1;
        boolean unpacks = fullTiles > DIRECT_TILES_MAX;
        int group = nibbles && unpacks ? GROUP_PANELS : 1;
        for (int panel = from; panel < to; panel += group) {
            int last = Math.min(panel + group, to) - 1;
            clear(x, group);
            for (int block = 0; block < w.layout().blocks(); block += BLOCKS_MAX) {
                int end = Math.min(block + BLOCKS_MAX, w.layout().blocks());
                int done = 0;
                if (unpacks && nibbles) {
                    unpackedShorts(w, panel, last, block, end, x, fullTiles);
                    done = fullTiles;
                } else if (unpacks || w.layout().form() == Form.INDICES) {
                    unpackedFloats(w, panel, block, end, x);
                    done = x.tiles();
                }
                for (int p = panel; p <= last && done < x.tiles(); p++) {
                    direct(w, p, p - panel, block, end, x, done);
                }
            }
            write(x, panel, last, y);
        }
    }

    /** A group of panels times all full tiles, in 16-bit lanes. */
    private void unpackedShorts(PanelMatrix w, int panel, int last, int from, int to, TokenTiles x, int tiles) {
        int blocks = to - from;
        for (int p = panel; p <= last; p++) {
            for (int block = from; block < to; block++) {
                PanelReader.shorts(w, p, block, codes, ((p - panel) * blocks + block - from) * BLOCK * ROWS);
            }
            readFactors(w, p, p - panel, from, to);
            PanelReader.scales(w, p, from, to, scales[p - panel]);
        }
        int panelCodes = blocks * BLOCK * ROWS;
        int runs = runs(w) * blocks;
        int count = w.columns() / w.layout().blocks() / runs(w);
        int panelDots = runs * full * ROWS;
        for (int tile = 0; tile < tiles; tile++) {
            int xAt = x.at(tile, BLOCK * from);
            for (int slot = 0; slot <= last - panel; slot += wide ? 2 : 1) {
                int at = slot * panelCodes;
                if (wide) {
                    int other = panel + slot < last ? at + panelCodes : at;
                    WideTiles.shorts8(codes, at, other, count, runs, x.pairs(), xAt, shortDots, panelDots);
                    if (other > at) {
                        joinUnpackedShorts(w, panel + slot + 1, slot + 1, from, to, x, tile, panelDots);
                    }
                } else {
                    NarrowTiles.shorts4(codes, at, count, runs, x.pairs(), xAt, shortDots);
                }
                joinUnpackedShorts(w, panel + slot, slot, from, to, x, tile, 0);
            }
        }
    }

    /** Dots of a block: one of each half where those have factors of their own. */
    private static int runs(PanelMatrix w) {
        return w.layout().factorsPerBlock() == 2 ? 2 : 1;
    }

    private void unpackedFloats(PanelMatrix w, int panel, int from, int to, TokenTiles x) {
        int blocks = to - from;
        for (int block = from; block < to; block++) {
            PanelReader.integers(w, panel, block, factors[0], weights, (block - from) * BLOCK * ROWS);
        }
        readFactors(w, panel, 0, from, to);
        PanelReader.scales(w, panel, from, to, scales[0]);
        int count = w.columns() / w.layout().blocks();
        for (int tile = 0; tile < x.tiles(); tile++) {
            int xAt = x.at(tile, BLOCK * from);
            if (wide) {
                switch (x.tokens(tile)) {
                    case 1 -> WideTiles.floats1(weights, 0, count, blocks, x.values(), xAt, dots, 0);
                    case 4 -> WideTiles.floats4(weights, 0, count, blocks, x.values(), xAt, dots, 0);
                    default -> WideTiles.floats8(weights, 0, count, blocks, x.values(), xAt, dots, 0);
                }
            } else if (x.tokens(tile) == 1) {
                NarrowTiles.floats1(weights, 0, count, blocks, x.values(), xAt, dots, 0);
            } else {
                NarrowTiles.floats4(weights, 0, count, blocks, x.values(), xAt, dots, 0);
                NarrowTiles.floats4(weights, 16, count, blocks, x.values(), xAt, dots, 16);
            }
            if (wide && x.tokens(tile) == full && !w.layout().hasMins()) {
                int at = sumsAt(x, 0, tile);
                int scaleAt = x.blockAt(tile, from);
                WideJoin.floats4(dots, 0, blocks, x.scales(), scaleAt, scales[0], sums, at);
                WideJoin.floats4(dots, 4 * ROWS, blocks, x.scales(), scaleAt + 4, scales[0], sums, at + 4 * ROWS);
            } else {
                joinFloats(w, panel, 0, from, to, x, tile);
            }
        }
    }

    private void joinUnpackedShorts(
            PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int tile, int dotsAt) {
        if (wide && hasPlainShorts(w)) {
            int xAt = x.blockAt(tile, from);
            int at = sumsAt(x, slot, tile);
            for (int token = 0; token < full; token += 4) {
                WideJoin.shorts4(
                        shortDots, dotsAt + token * ROWS, to - from, x.scales(), xAt + token, scales[slot], sums,
                        at + token * ROWS);
            }
        } else {
            joinShorts(w, panel, slot, from, to, x, tile, dotsAt);
        }
    }

    /** Whether the dots in 16 bits are those of whole blocks, which have nothing but a scale. */
    private static boolean hasPlainShorts(PanelMatrix w) {
        PanelLayout layout = w.layout();
        return layout.factorsPerBlock() == 0 && !layout.hasMins() && layout.zero() == 8;
    }

    /** Straight from the packed bytes. */
    private void direct(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int firstTile) {
        readFactors(w, panel, slot, from, to);
        for (int tile = firstTile; tile < x.tiles(); tile++) {
            if (w.layout().form() == Form.NIBBLES) {
                if (runs(w) == 1) {
                    nibbles(w, panel, from, to - from, x, tile);
                } else {
                    nibbleHalves(w, panel, from, to - from, x, tile);
                }
                joinShorts(w, panel, slot, from, to, x, tile, 0);
            } else {
                bytes(w, panel, from, to - from, x, tile);
                applyFactors(w, slot, to - from, x.tokens(tile));
                joinFloats(w, panel, slot, from, to, x, tile);
            }
        }
    }

    private void nibbles(PanelMatrix w, int panel, int from, int blocks, TokenTiles x, int tile) {
        long at = w.layout().codesAt(panel, BLOCK * from);
        int half = w.columns() / w.layout().blocks() / 2;
        int xAt = x.at(tile, BLOCK * from);
        int startsAt = x.blockAt(tile, from);
        int[] pairs = x.pairs();
        int[] starts = x.starts();
        if (wide) {
            switch (x.tokens(tile)) {
                case 1 -> WideTiles.nibbles1(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
                case 4 -> WideTiles.nibbles4(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
                default -> WideTiles.nibbles8(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
            }
        } else {
            for (int row = 0; row < ROWS; row += 16) {
                if (x.tokens(tile) == 1) {
                    NarrowTiles.nibbles1(
                            w.memory(), at + row, half, blocks, pairs, xAt, starts, startsAt, shortDots, row);
                } else {
                    NarrowTiles.nibbles4(
                            w.memory(), at + row, half, blocks, pairs, xAt, starts, startsAt, shortDots, row);
                }
            }
        }
    }

    private void nibbleHalves(PanelMatrix w, int panel, int from, int blocks, TokenTiles x, int tile) {
        long at = w.layout().codesAt(panel, BLOCK * from);
        int half = w.columns() / w.layout().blocks() / 2;
        int xAt = x.at(tile, BLOCK * from);
        int startsAt = x.blockAt(tile, from);
        int[] pairs = x.pairs();
        int[] starts = x.starts();
        if (wide) {
            switch (x.tokens(tile)) {
                case 1 -> WideTiles.nibbles1Halves(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
                case 4 -> WideTiles.nibbles4Halves(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
                default -> WideTiles.nibbles8Halves(
                        w.memory(), at, half, blocks, pairs, xAt, starts, startsAt, shortDots, 0);
            }
        } else {
            for (int row = 0; row < ROWS; row += 16) {
                if (x.tokens(tile) == 1) {
                    NarrowTiles.nibbles1Halves(
                            w.memory(), at + row, half, blocks, pairs, xAt, starts, startsAt, shortDots, row);
                } else {
                    NarrowTiles.nibbles4Halves(
                            w.memory(), at + row, half, blocks, pairs, xAt, starts, startsAt, shortDots, row);
                }
            }
        }
    }

    private void bytes(PanelMatrix w, int panel, int from, int blocks, TokenTiles x, int tile) {
        long at = w.layout().codesAt(panel, BLOCK * from);
        int runs = runs(w) * blocks;
        int count = w.columns() / w.layout().blocks() / runs(w);
        int xAt = x.at(tile, BLOCK * from);
        if (wide) {
            switch (x.tokens(tile)) {
                case 1 -> WideTiles.bytes1(w.memory(), at, count, runs, x.values(), xAt, dots, 0);
                case 4 -> WideTiles.bytes4(w.memory(), at, count, runs, x.values(), xAt, dots, 0);
                default -> WideTiles.bytes8(w.memory(), at, count, runs, x.values(), xAt, dots, 0);
            }
        } else if (x.tokens(tile) == 1) {
            NarrowTiles.bytes1(w.memory(), at, count, runs, x.values(), xAt, dots, 0);
        } else {
            NarrowTiles.bytes4(w.memory(), at, count, runs, x.values(), xAt, dots, 0);
            NarrowTiles.bytes4(w.memory(), at + 16, count, runs, x.values(), xAt, dots, 16);
        }
    }

    private void readFactors(PanelMatrix w, int panel, int slot, int from, int to) {
        if (w.layout().factorsPerBlock() > 0) {
            PanelReader.factors(w, w.layout().factorsAt(), panel, from, to, factors[slot]);
        }
        if (w.layout().hasMins()) {
            PanelReader.factors(w, w.layout().minFactorsAt(), panel, from, to, minFactors[slot]);
        }
    }

    /** Dots in {@link #dots} become whole numbers of whole blocks. */
    private void applyFactors(PanelMatrix w, int slot, int blocks, int tokens) {
        switch (w.layout().factorsPerBlock()) {
            case 1 -> {
                if (wide) {
                    WideJoin.multiply(dots, tokens, blocks, factors[slot]);
                } else {
                    NarrowJoin.multiply(dots, tokens, blocks, factors[slot]);
                }
            }
            case 2 -> {
                if (wide) {
                    WideJoin.combine(dots, tokens, blocks, factors[slot]);
                } else {
                    NarrowJoin.combine(dots, tokens, blocks, factors[slot]);
                }
            }
            default -> { }
        }
    }

    private void joinShorts(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int tile, int dotsAt) {
        PanelLayout layout = w.layout();
        int tokens = x.tokens(tile);
        int at = sumsAt(x, slot, tile);
        int xAt = x.blockAt(tile, from);
        if (hasPlainShorts(w)) {
            long scalesAt = layout.scalesAt() + layout.scaleOffset(panel, from);
            if (wide) {
                WideJoin.shorts(
                        shortDots, dotsAt, tokens, to - from, x.scales(), xAt, w.memory(), scalesAt, sums, at);
            } else {
                NarrowJoin.shorts(
                        shortDots, dotsAt, tokens, to - from, x.scales(), xAt, w.memory(), scalesAt, sums, at);
            }
            return;
        }
        int count = runs(w) * (to - from);
        float more = 8 - layout.zero();
        int runs = 3 - runs(w);
        if (wide) {
            WideJoin.widen(
                    shortDots, dotsAt, tokens, count, runs, more, x.runSums(), x.runAt(tile, from), dots);
        } else {
            NarrowJoin.widen(
                    shortDots, dotsAt, tokens, count, runs, more, x.runSums(), x.runAt(tile, from), dots);
        }
        applyFactors(w, slot, to - from, tokens);
        joinFloats(w, panel, slot, from, to, x, tile);
    }

    private void joinFloats(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int tile) {
        PanelLayout layout = w.layout();
        long scalesAt = layout.scalesAt() + layout.scaleOffset(panel, from);
        long minsAt = layout.minsAt() + layout.scaleOffset(panel, from);
        int step = layout.scaleStepBytes();
        int blocks = to - from;
        int tokens = x.tokens(tile);
        int xAt = x.blockAt(tile, from);
        int runAt = x.runAt(tile, from);
        int at = sumsAt(x, slot, tile);
        if (layout.hasMins() && wide) {
            WideJoin.mins(
                    dots, tokens, blocks, x.scales(), xAt, w.memory(), scalesAt, minsAt, step, minFactors[slot],
                    x.runSums(), runAt, sums, at);
        } else if (layout.hasMins()) {
            NarrowJoin.mins(
                    dots, tokens, blocks, x.scales(), xAt, w.memory(), scalesAt, minsAt, step, minFactors[slot],
                    x.runSums(), runAt, sums, at);
        } else if (wide) {
            WideJoin.floats(dots, tokens, blocks, x.scales(), xAt, w.memory(), scalesAt, step, sums, at);
        } else {
            NarrowJoin.floats(dots, tokens, blocks, x.scales(), xAt, w.memory(), scalesAt, step, sums, at);
        }
    }

    /** Where the sums of a tile lie. */
    private int sumsAt(TokenTiles x, int slot, int tile) {
        return (slot * x.tiles() + tile) * full * ROWS;
    }

    private void clear(TokenTiles x, int panels) {
        int length = panels * x.tiles() * full * ROWS;
        if (sums.length < length) {
            sums = new float[length];
        } else {
            Arrays.fill(sums, 0, length, 0f);
        }
    }

    private void write(TokenTiles x, int panel, int last, Rows y) {
        for (int t = 0; t < x.count(); t++) {
            for (int p = panel; p <= last; p++) {
                int row = p * ROWS;
                int from = sumsAt(x, p - panel, 0) + t * ROWS;
                System.arraycopy(sums, from, y.values(), y.at(t) + row, Math.min(ROWS, y.width() - row));
            }
        }
    }
}
