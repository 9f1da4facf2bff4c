package quern.gpu.vector;

import java.util.Arrays;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.PanelMatrix.Form;

/**
 * Panels [from, to) of a matrix times packed tokens. A few k of a panel are unpacked once and used by all tokens; the
 * tokens' sums wait in scratch meanwhile.
 */
final class PanelProduct {

    private static final int BLOCK = 32;
    private static final int FLOATS_PER_READ = 64;

    private PanelProduct() {}

    static void floats(PanelMatrix w, PackedTokens x, int from, int to, Rows y) {
        int columns = w.columns();
        int step = w.hasIntegerProduct() ? BLOCK : FLOATS_PER_READ;
        float[] weights = new float[step * Tiles.ROWS];
        float[] sums = new float[x.tiles() * x.tileTokens() * Tiles.ROWS];
        for (int panel = from; panel < to; panel++) {
            Arrays.fill(sums, 0f);
            for (int k = 0; k < columns; k += step) {
                int count = Math.min(step, columns - k);
                if (w.form() == Form.FLOATS) {
                    addFloats(w.floats(), (panel * columns + k) * Tiles.ROWS, x, k, count, sums);
                } else {
                    PanelReader.floats(w, panel, k, count, weights);
                    addFloats(weights, 0, x, k, count, sums);
                }
            }
            write(sums, x.count(), panel, y);
        }
    }

    private static void addFloats(float[] w, int wFrom, PackedTokens x, int k, int count, float[] sums) {
        for (int tile = 0; tile < x.tiles(); tile++) {
            int xFrom = x.at(tile, k);
            int at = tile * x.tileTokens() * Tiles.ROWS;
            switch (x.tileTokens()) {
                case 1 -> Tiles.add1(w, wFrom, x.values(), xFrom, count, sums, at);
                case Tiles.TOKENS ->
                    GemmTiles.tile16x4(w, wFrom, x.values(), xFrom, count, sums, at, Tiles.ROWS, true);
                default -> WideTiles.add8(w, wFrom, x.values(), xFrom, count, sums, at);
            }
        }
    }

    static void integers(PanelMatrix w, PackedTokens x, int from, int to, Rows y) {
        float[] weights = new float[BLOCK * Tiles.ROWS];
        float[] factors = new float[2 * Tiles.ROWS];
        float[] sums = new float[x.tiles() * x.tileTokens() * Tiles.ROWS];
        for (int panel = from; panel < to; panel++) {
            Arrays.fill(sums, 0f);
            for (int b = 0; b < w.blocks(); b++) {
                PanelReader.integers(w, panel, b, factors, weights);
                if (w.hasMins()) {
                    PanelReader.factors(w, w.minFactors(), panel, b, factors);
                }
                int scalesAt = w.scalesAt(panel, b);
                for (int tile = 0; tile < x.tiles(); tile++) {
                    int xScales = x.blockAt(tile, b);
                    int xFrom = x.at(tile, b * BLOCK);
                    int at = tile * x.tileTokens() * Tiles.ROWS;
                    if (x.tileTokens() == Tiles.TOKENS) {
                        Tiles.addBlock4(
                                weights, x.values(), xFrom, w.scales(), scalesAt, x.scales(), xScales, sums, at);
                    } else {
                        WideTiles.addBlock8(
                                weights, w.columns() / w.blocks(), x.values(), xFrom, w.scales(), scalesAt,
                                x.scales(), xScales, sums, at);
                    }
                    if (w.hasMins()) {
                        addMins(w, scalesAt, factors, x, xScales, sums, at);
                    }
                }
            }
            write(sums, x.count(), panel, y);
        }
    }

    private static void addMins(
            PanelMatrix w, int scalesAt, float[] factors, PackedTokens x, int xAt, float[] sums, int at) {
        if (w.factorsPerBlock() == 2) {
            Tiles.addRunMins(
                    w.mins(), scalesAt, factors, x.scales(), xAt, x.runSums(), x.tileTokens(), sums, at);
        } else {
            Tiles.addMins(w.mins(), scalesAt, factors, x.scales(), xAt, x.runSums(), x.tileTokens(), sums, at);
        }
    }

    /** A few tokens one by one while the panel is in the first cache level; tiles of one token. */
    static void integersOneByOne(PanelMatrix w, PackedTokens x, int from, int to, Rows y) {
        float[] sums = new float[x.count() * Tiles.ROWS];
        boolean plain = w.form() == Form.BYTES && w.factorsPerBlock() == 0 && !w.hasMins();
        BlockJoin join = new BlockJoin(w);
        for (int panel = from; panel < to; panel++) {
            if (plain) {
                for (int t = 0; t < x.count(); t++) {
                    SingleToken.bytes(w, panel, x, t, sums, t * Tiles.ROWS);
                }
            } else {
                addBlocks(w, panel, x, join, sums);
            }
            write(sums, x.count(), panel, y);
        }
    }

    private static void addBlocks(PanelMatrix w, int panel, PackedTokens x, BlockJoin join, float[] sums) {
        Arrays.fill(sums, 0f);
        for (int b = 0; b < w.blocks(); b += BlockJoin.BLOCKS) {
            int end = Math.min(b + BlockJoin.BLOCKS, w.blocks());
            join.turnTo(panel, b, end);
            for (int t = 0; t < x.count(); t++) {
                if (w.form() == Form.BYTES) {
                    BlockDots.bytes(w, panel, b, end, x, t, join.dots());
                } else {
                    BlockDots.indices(w, panel, b, end, x, t, join.dots());
                }
                join.add(x.scales(), x.runSums(), t * w.blocks(), sums, t * Tiles.ROWS);
            }
        }
    }

    /** The same for form NIBBLES. */
    static void integersOneByOne(PanelMatrix w, PairedTokens x, int from, int to, Rows y) {
        float[] sums = new float[x.count() * Tiles.ROWS];
        BlockJoin join = new BlockJoin(w);
        for (int panel = from; panel < to; panel++) {
            if (w.type() == ElementType.Q4_0) {
                for (int t = 0; t < x.count(); t++) {
                    SingleToken.nibbles(w, panel, x, t, sums, t * Tiles.ROWS);
                }
            } else {
                addBlocks(w, panel, x, join, sums);
            }
            write(sums, x.count(), panel, y);
        }
    }

    private static void addBlocks(PanelMatrix w, int panel, PairedTokens x, BlockJoin join, float[] sums) {
        Arrays.fill(sums, 0f);
        for (int b = 0; b < w.blocks(); b += BlockJoin.BLOCKS) {
            int end = Math.min(b + BlockJoin.BLOCKS, w.blocks());
            join.turnTo(panel, b, end);
            for (int t = 0; t < x.count(); t++) {
                BlockDots.nibbles(w, panel, b, end, x, t, join.dots());
                join.add(x.scales(), x.runSums(), t * w.blocks(), sums, t * Tiles.ROWS);
            }
        }
    }

    private static void write(float[] sums, int count, int panel, Rows y) {
        int row = panel * Tiles.ROWS;
        int used = Math.min(Tiles.ROWS, y.width() - row);
        for (int t = 0; t < count; t++) {
            System.arraycopy(sums, t * Tiles.ROWS, y.values(), y.at(t) + row, used);
        }
    }

    /** Rows {@code row} to {@code row + count - 1} as floats, row-major. */
    static void unpack(PanelMatrix w, int row, int count, float[] out) {
        int columns = w.columns();
        int step = w.hasIntegerProduct() ? BLOCK : FLOATS_PER_READ;
        float[] weights = new float[step * Tiles.ROWS];
        for (int first = row / Tiles.ROWS * Tiles.ROWS; first < row + count; first += Tiles.ROWS) {
            for (int k = 0; k < columns; k += step) {
                int used = Math.min(step, columns - k);
                PanelReader.floats(w, first / Tiles.ROWS, k, used, weights);
                for (int r = Math.max(first, row); r < Math.min(first + Tiles.ROWS, row + count); r++) {
                    int at = (r - row) * columns + k;
                    for (int i = 0; i < used; i++) {
                        out[at + i] = weights[i * Tiles.ROWS + r - first];
                    }
                }
            }
        }
    }
}
