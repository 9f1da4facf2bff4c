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
    private float[] sums = new float[0];
    /** To be added to the sums, of types with minima. */
    private float[] lifts = new float[0];

    /** @param wide whether on 512-bit vectors */
    PanelProduct(boolean wide) {
        this.wide = wide;
        this.full = wide ? WideTiles.TOKENS : NarrowTiles.TOKENS;
        this.weights = new float[BLOCKS_MAX * BLOCK * ROWS];
        this.codes = new short[GROUP_PANELS * BLOCKS_MAX * BLOCK * ROWS];
        this.shortDots = new short[2 * 2 * BLOCKS_MAX * full * ROWS];
        this.dots = new float[2 * BLOCKS_MAX * full * ROWS];
        this.scales = new float[GROUP_PANELS][2 * BLOCKS_MAX * ROWS];
    }

    /** Products with floats: each sum is one chain of fmas in order of k. */
    void floats(PanelMatrix w, TokenTiles x, int from, int to, Rows y) {
        int columns = w.columns();
        int step = w.layout().hasIntegerProduct() ? BLOCK : FLOATS_PER_READ;
        for (int panel = from; panel < to; panel++) {
            clear(x, 1, false);
            if (w.layout().form() == Form.FLOATS && x.count() == 1) {
                chain(w, panel, x);
            } else {
                for (int k = 0; k < columns; k += step) {
                    int count = Math.min(step, columns - k);
                    PanelReader.floats(w, panel, k, count, codes, weights);
                    for (int tile = 0; tile < x.tiles(); tile++) {
                        chain(weights, count, x.values(), x.at(tile, k), x.tokens(tile), sums, tile * full * ROWS);
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

    private void chain(float[] w, int count, float[] x, int xAt, int tokens, float[] out, int at) {
        if (wide) {
            switch (tokens) {
                case 1 -> WideTiles.chain1(w, 0, count, x, xAt, out, at);
                case 4 -> WideTiles.chain4(w, 0, count, x, xAt, out, at);
                default -> WideTiles.chain8(w, 0, count, x, xAt, out, at);
            }
        } else if (tokens == 1) {
            NarrowTiles.chain1(w, 0, count, x, xAt, out, at);
        } else {
            NarrowTiles.chain4(w, 0, count, x, xAt, out, at);
            NarrowTiles.chain4(w, 16, count, x, xAt, out, at + 16);
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
            clear(x, group, w.layout().hasMins());
            for (int p = panel; p <= last && w.layout().hasMins() && !liftsAlong(w, x); p++) {
                lift(w, p, p - panel, x);
            }
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
            if (w.layout().hasMins()) {
                for (int i = 0; i < (last - panel + 1) * x.tiles() * full * ROWS; i++) {
                    sums[i] += lifts[i];
                }
            }
            write(x, panel, last, y);
        }
    }

    /** Whether lifts are added together with the dots: of one token, of which nothing is used twice. */
    private static boolean liftsAlong(PanelMatrix w, TokenTiles x) {
        return x.count() == 1 && w.layout().form() == Form.NIBBLES && w.layout().hasMins()
                && w.layout().factorsPerBlock() == 1;
    }

    /** What all codes of a run have in common, times the sum of its activations, is a product of floats of its own. */
    private void lift(PanelMatrix w, int panel, int slot, TokenTiles x) {
        int perBlock = w.layout().runsPerBlock();
        int blocks = w.layout().blocks();
        int step = weights.length / ROWS / perBlock;
        for (int block = 0; block < blocks; block += step) {
            int end = Math.min(block + step, blocks);
            PanelReader.lifts(w, panel, block, end, weights);
            for (int tile = 0; tile < x.tiles(); tile++) {
                int xAt = perBlock * (tile * full * blocks + block * x.tokens(tile));
                chain(weights, perBlock * (end - block), x.runSums(perBlock), xAt, x.tokens(tile), lifts,
                        sumsAt(x, slot, tile));
            }
        }
    }

    /** A group of panels times all full tiles, in 16-bit lanes. */
    private void unpackedShorts(PanelMatrix w, int panel, int last, int from, int to, TokenTiles x, int tiles) {
        int blocks = to - from;
        for (int p = panel; p <= last; p++) {
            for (int block = from; block < to; block++) {
                PanelReader.shorts(w, p, block, codes, ((p - panel) * blocks + block - from) * BLOCK * ROWS);
            }
            PanelReader.scales(w, p, from, to, scales[p - panel]);
        }
        int panelCodes = blocks * BLOCK * ROWS;
        int runs = w.layout().runsPerBlock() * blocks;
        int count = w.columns() / w.layout().blocks() / w.layout().runsPerBlock();
        int panelDots = runs * full * ROWS;
        for (int tile = 0; tile < tiles; tile++) {
            int xAt = x.at(tile, BLOCK * from);
            for (int slot = 0; slot <= last - panel; slot += wide ? 2 : 1) {
                int at = slot * panelCodes;
                if (wide) {
                    int other = panel + slot < last ? at + panelCodes : at;
                    WideTiles.shorts8(codes, at, other, count, runs, x.pairs(), xAt, shortDots, panelDots);
                    if (other > at) {
                        joinShorts(w, slot + 1, from, to, x, tile, panelDots);
                    }
                } else {
                    NarrowTiles.shorts4(codes, at, count, runs, x.pairs(), xAt, shortDots);
                }
                joinShorts(w, slot, from, to, x, tile, 0);
            }
        }
    }

    private void unpackedFloats(PanelMatrix w, int panel, int from, int to, TokenTiles x) {
        for (int block = from; block < to; block++) {
            PanelReader.codes(w, panel, block, weights, (block - from) * BLOCK * ROWS);
        }
        PanelReader.scales(w, panel, from, to, scales[0]);
        int runs = w.layout().runsPerBlock() * (to - from);
        int count = w.columns() / w.layout().blocks() / w.layout().runsPerBlock();
        for (int tile = 0; tile < x.tiles(); tile++) {
            int xAt = x.at(tile, BLOCK * from);
            if (wide) {
                switch (x.tokens(tile)) {
                    case 1 -> WideTiles.floats1(weights, 0, count, runs, x.values(), xAt, dots, 0);
                    case 4 -> WideTiles.floats4(weights, 0, count, runs, x.values(), xAt, dots, 0);
                    default -> WideTiles.floats8(weights, 0, count, runs, x.values(), xAt, dots, 0);
                }
            } else if (x.tokens(tile) == 1) {
                NarrowTiles.floats1(weights, 0, count, runs, x.values(), xAt, dots, 0);
            } else {
                NarrowTiles.floats4(weights, 0, count, runs, x.values(), xAt, dots, 0);
                NarrowTiles.floats4(weights, 16, count, runs, x.values(), xAt, dots, 16);
            }
            joinFloats(w, 0, from, to, x, tile);
        }
    }

    /** Straight from the packed bytes. */
    private void direct(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int firstTile) {
        boolean nibbles = w.layout().form() == Form.NIBBLES;
        /* For one token a copy of the scales would cost as much as their use. */
        boolean plain = w.layout().factorsPerBlock() == 0 && !w.layout().hasMins() && x.tokens(firstTile) == 1;
        boolean along = liftsAlong(w, x);
        boolean factored = factored(w, x, firstTile);
        if (!plain && !along && !factored) {
            PanelReader.scales(w, panel, from, to, scales[slot]);
        }
        for (int tile = firstTile; tile < x.tiles(); tile++) {
            if (!nibbles) {
                bytes(w, panel, from, to - from, x, tile);
            } else if (w.layout().runsPerBlock() == 1) {
                nibbles(w, panel, from, to - from, x, tile);
            } else {
                nibbleHalves(w, panel, from, to - from, x, tile);
            }
            if (along) {
                joinLifted(w, panel, slot, from, to, x);
            } else if (plain) {
                joinPlain(w, panel, slot, from, to, x, tile);
            } else if (factored) {
                joinFactored(w, panel, slot, from, to, x, tile);
            } else if (nibbles) {
                joinShorts(w, slot, from, to, x, tile, 0);
            } else {
                joinFloats(w, slot, from, to, x, tile);
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
        int runs = w.layout().runsPerBlock() * blocks;
        int count = w.columns() / w.layout().blocks() / w.layout().runsPerBlock();
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

    /** Sums of one token, by scales as they are stored. */
    private void joinPlain(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int tile) {
        long scalesAt = w.layout().scalesAt(panel, from);
        int blocks = to - from;
        int xAt = x.blockAt(tile, from);
        int at = sumsAt(x, slot, tile);
        boolean nibbles = w.layout().form() == Form.NIBBLES;
        if (wide && nibbles) {
            WideJoin.shorts1(shortDots, blocks, x.scales(), xAt, w.memory(), scalesAt, sums, at);
        } else if (wide) {
            WideJoin.floats1(dots, blocks, x.scales(), xAt, w.memory(), scalesAt, sums, at);
        } else if (nibbles) {
            NarrowJoin.shorts1(shortDots, blocks, x.scales(), xAt, w.memory(), scalesAt, sums, at);
        } else {
            NarrowJoin.floats1(dots, blocks, x.scales(), xAt, w.memory(), scalesAt, sums, at);
        }
    }

    /** Whether the factors of these blocks are used as they are stored: of one token, of types without minima. */
    private static boolean factored(PanelMatrix w, TokenTiles x, int tile) {
        return w.layout().form() == Form.BYTES && w.layout().factorsPerBlock() > 0 && !w.layout().hasMins()
                && x.tokens(tile) == 1;
    }

    /** Blocks of one scale. */
    private void joinFactored(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x, int tile) {
        int perBlock = w.layout().runsPerBlock();
        long scalesAt = w.layout().scalesAt(panel, from);
        long factorsAt = w.layout().factorsAt(panel, from);
        int at = sumsAt(x, slot, tile);
        if (wide) {
            WideJoin.factored1(dots, perBlock * (to - from), perBlock, x.scales(), x.blockAt(tile, from), w.memory(),
                    scalesAt, factorsAt, sums, at);
        } else {
            NarrowJoin.factored1(dots, perBlock * (to - from), perBlock, x.scales(), x.blockAt(tile, from),
                    w.memory(), scalesAt, factorsAt, sums, at);
        }
    }

    private void joinLifted(PanelMatrix w, int panel, int slot, int from, int to, TokenTiles x) {
        long scalesAt = w.layout().scalesAt(panel, from);
        long factorsAt = w.layout().factorsAt(panel, from);
        float centre = w.layout().centre();
        int at = sumsAt(x, slot, 0);
        if (wide) {
            WideJoin.lifted1(shortDots, to - from, x.scales(), x.blockAt(0, from), x.runSums(1), from, w.memory(),
                    scalesAt, factorsAt, centre, sums, lifts, at);
        } else {
            NarrowJoin.lifted1(shortDots, to - from, x.scales(), x.blockAt(0, from), x.runSums(1), from, w.memory(),
                    scalesAt, factorsAt, centre, sums, lifts, at);
        }
    }

    private void joinShorts(PanelMatrix w, int slot, int from, int to, TokenTiles x, int tile, int dotsAt) {
        int perBlock = w.layout().runsPerBlock();
        int runs = perBlock * (to - from);
        int tokens = x.tokens(tile);
        int xAt = x.blockAt(tile, from);
        int at = sumsAt(x, slot, tile);
        float[] rowScales = scales[slot];
        if (tokens == 1 && wide) {
            WideJoin.shorts1(shortDots, runs, perBlock, x.scales(), xAt, rowScales, sums, at);
        } else if (tokens == 1) {
            NarrowJoin.shorts1(shortDots, runs, perBlock, x.scales(), xAt, rowScales, sums, at);
        }
        for (int t = 0; t + 4 <= tokens; t += 4) {
            int dot = dotsAt + t * ROWS;
            int sum = at + t * ROWS;
            if (wide) {
                WideJoin.shorts4(shortDots, dot, tokens, runs, perBlock, x.scales(), xAt + t, rowScales, sums, sum);
            } else {
                NarrowJoin.shorts4(shortDots, dot, tokens, runs, perBlock, x.scales(), xAt + t, rowScales, sums, sum);
            }
        }
    }

    private void joinFloats(PanelMatrix w, int slot, int from, int to, TokenTiles x, int tile) {
        int perBlock = w.layout().runsPerBlock();
        int runs = perBlock * (to - from);
        int tokens = x.tokens(tile);
        int xAt = x.blockAt(tile, from);
        int at = sumsAt(x, slot, tile);
        float[] rowScales = scales[slot];
        if (tokens == 1 && wide) {
            WideJoin.floats1(dots, runs, perBlock, x.scales(), xAt, rowScales, sums, at);
        } else if (tokens == 1) {
            NarrowJoin.floats1(dots, runs, perBlock, x.scales(), xAt, rowScales, sums, at);
        }
        for (int t = 0; t + 4 <= tokens; t += 4) {
            int dot = t * ROWS;
            int sum = at + dot;
            if (wide) {
                WideJoin.floats4(dots, dot, tokens, runs, perBlock, x.scales(), xAt + t, rowScales, sums, sum);
            } else {
                NarrowJoin.floats4(dots, dot, tokens, runs, perBlock, x.scales(), xAt + t, rowScales, sums, sum);
            }
        }
    }

    /** Where the sums of a tile lie. */
    private int sumsAt(TokenTiles x, int slot, int tile) {
        return (slot * x.tiles() + tile) * full * ROWS;
    }

    private void clear(TokenTiles x, int panels, boolean withLifts) {
        int length = panels * x.tiles() * full * ROWS;
        sums = cleared(sums, length);
        if (withLifts) {
            lifts = cleared(lifts, length);
        }
    }

    private static float[] cleared(float[] array, int length) {
        if (array.length < length) {
            return new float[length];
        }
        Arrays.fill(array, 0, length, 0f);
        return array;
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
