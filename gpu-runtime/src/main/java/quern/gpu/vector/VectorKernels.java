package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Activation;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvRows;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;
import quern.gpu.kernel.Matrix;
import quern.gpu.kernel.RopeTable;
import quern.gpu.kernel.Shapes;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.FloatMath;
import quern.gpu.scalar.RopeAngles;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/**
 * All kernels on vectors of 512 bits, or 256 where a machine has no wider ones, spread over a compute team. Results
 * equal {@link ScalarKernels} bit for bit, for every number of rows and threads: lanes are different outputs, or the 16
 * partial sums of the definition.
 */
public final class VectorKernels implements Kernels {

    /** Elements below which a row-wise kernel is not worth another part: waking a parked thread takes about 10 us. */
    private static final int ELEMENTS_PER_PART = 1 << 15;
    /** Multiplications below which a product is not worth another part. */
    private static final int PRODUCTS_PER_PART = 1 << 17;

    /** The same of low-rank updates, whose memory is read for few tokens. */
    private static final long LOW_RANK_PER_PART = 1 << 15;

    /** Rows of a matrix that are unpacked at a time, by each thread, when their lengths are asked for. */
    private static final int NORM_ROWS = 32;

    private final ComputeTeam team;
    private final boolean wide;
    private final RopeAngles angles = new RopeAngles();
    private final AttentionTeam attention;
    private final TokenTiles floatTokens;
    private final TokenTiles integerTokens;
    private final TokenTiles pairTokens;
    private final ThreadLocal<PanelProduct> products;

    /** @param team not closed by these kernels */
    public VectorKernels(ComputeTeam team) {
        this(team, WideTiles.fit());
    }

    /** @param wide whether products of many tokens use 512-bit tiles; the results are the same */
    VectorKernels(ComputeTeam team, boolean wide) {
        this.team = team;
        this.wide = wide;
        this.attention = new AttentionTeam(team);
        int full = wide ? WideTiles.TOKENS : NarrowTiles.TOKENS;
        this.floatTokens = new TokenTiles(full);
        this.integerTokens = new TokenTiles(full);
        this.pairTokens = new TokenTiles(full);
        this.products = ThreadLocal.withInitial(() -> new PanelProduct(wide));
    }

    /** Why this machine cannot run these kernels, or empty when it can. */
    public static Optional<String> refusal() {
        return Lanes.refusal();
    }

    /** The vectors in use, for people. */
    public static String lanes() {
        return WideTiles.fit() ? "512 bits" : "256 bits";
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Map<String, String> selection() {
        return KernelNames.of(wide);
    }

    @Override
    public int arithmeticVersion() {
        return ScalarKernels.ARITHMETIC_VERSION;
    }

    @Override
    public long packedBytes(ElementType type, int rows, int columns) {
        return PanelLayout.of(type, rows, columns).bytes();
    }

    @Override
    public Matrix pack(Tensor weights, MemorySegment into) {
        PanelLayout layout = PanelLayout.of(weights.type(), weights.rows(), weights.columns());
        PanelMatrix matrix = new PanelMatrix(layout, into);
        PanelPacker.pack(weights, layout, into, team);
        return matrix;
    }

    @Override
    public Matrix packed(ElementType type, int rows, int columns, MemorySegment packed) {
        return new PanelMatrix(PanelLayout.of(type, rows, columns), packed);
    }

    @Override
    public String packing() {
        return "panels-32-2";
    }

    /**
     * Writes rows {@code from} to {@code from + count - 1} of a packed matrix as floats to {@code out}, row-major. Runs
     * on the calling thread, so parts of the team may call it.
     */
    public static void unpack(Matrix w, int from, int count, float[] out) {
        PanelReader.unpack((PanelMatrix) w, from, count, out);
    }

    @Override
    public void embed(Tensor table, int[] ids, int count, Rows out) {
        Shapes.rows("embedding", out, count, table.columns());
        forRows(count, table.columns(), t -> Dequantizer.row(table, ids[t], out.values(), out.at(t)));
    }

    @Override
    public void matmul(Matrix w, Rows x, int count, Rows y) {
        Shapes.rows("product input", x, count, w.columns());
        Shapes.rows("product output", y, count, w.rows());
        multiplyFloats((PanelMatrix) w, x, count, y);
    }

    private void multiplyFloats(PanelMatrix w, Rows x, int count, Rows y) {
        floatTokens.packFloats(x, count, team, tilesPerPart(w.columns()));
        split(w, count, (from, to) -> products.get().floats(w, floatTokens, from, to, y));
    }

    @Override
    public LowRank packLowRank(Rows a, Rows b, float scale) {
        Shapes.lowRank(a, b);
        return new VectorLowRank(a, b, scale);
    }

    @Override
    public void addLowRank(List<LowRank.Span> spans, Rows x, Rows y) {
        Shapes.lowRank(spans, x, y);
        List<LowRank.Span> tiles = new ArrayList<>();
        long products = 0;
        for (LowRank.Span span : spans) {
            LowRank update = span.update();
            products += (long) (span.to() - span.from()) * update.rank() * (update.rows() + update.columns());
            for (int t = span.from(); t < span.to(); t += VectorLowRank.TOKENS) {
                tiles.add(new LowRank.Span(t, Math.min(t + VectorLowRank.TOKENS, span.to()), update));
            }
        }
        int tilesPerPart = (int) Math.ceilDiv(LOW_RANK_PER_PART * tiles.size(), Math.max(1, products));
        team.split(tiles.size(), tilesPerPart, (from, to) -> {
            for (LowRank.Span tile : tiles.subList(from, to)) {
                ((VectorLowRank) tile.update()).add(x, tile.from(), tile.to(), y);
            }
        });
    }

    @Override
    public void rowNorms(Matrix w, Rows a, Rows b, float scale, float[] norms) {
        Shapes.rowNorms(w, a, b, norms.length);
        int columns = w.columns();
        team.split(w.rows(), NORM_ROWS, (from, to) -> {
            float[] rows = new float[Math.min(NORM_ROWS, to - from) * columns];
            for (int first = from; first < to; first += NORM_ROWS) {
                int count = Math.min(NORM_ROWS, to - first);
                unpack(w, first, count, rows);
                for (int r = 0; r < count; r++) {
                    norms[first + r] = RowKernels.updatedNorm(rows, r * columns, a, b, first + r, scale);
                }
            }
        });
    }

    @Override
    public void scaleColumns(Rows x, int from, int to, float[] factors) {
        Shapes.scaleColumns(x, from, to, factors);
        forRows(to - from, x.width(), t -> {
            float[] values = x.values();
            int at = x.at(from + t);
            for (int i = 0; i < factors.length; i++) {
                values[at + i] *= factors[i];
            }
        });
    }

    @Override
    public void quantizeActivations(Rows x, int count, QuantizedRows q) {
        Shapes.rows("activations", x, count, q.width());
        Shapes.rows("8-bit activations", q, count, x.width());
        int blocks = q.blocksPerRow();
        int whole = x.width() / QuantizedRows.BLOCK;
        integerTokens.forget();
        pairTokens.forget();
        team.split(count, Math.ceilDiv(ELEMENTS_PER_PART, x.width()), (from, to) -> {
            for (int t = from; t < to; t++) {
                for (int b = 0; b < whole; b++) {
                    RowKernels.quantize(x.values(), x.at(t) + b * QuantizedRows.BLOCK, q, t * blocks + b);
                }
                if (whole < blocks) {
                    int at = whole * QuantizedRows.BLOCK;
                    ScalarKernels.quantize(x.values(), x.at(t) + at, x.width() - at, q, t * blocks + whole);
                }
            }
        });
    }

    @Override
    public void matmulQ8(Matrix w, QuantizedRows x, int count, Rows y) {
        Shapes.rows("8-bit product input", x, count, w.columns());
        Shapes.rows("8-bit product output", y, count, w.rows());
        PanelMatrix matrix = (PanelMatrix) w;
        if (!matrix.layout().hasIntegerProduct()) {
            multiplyFloats(matrix, ScalarKernels.dequantize(x, count), count, y);
            return;
        }
        boolean asPairs = matrix.layout().form() == PanelLayout.Form.NIBBLES;
        TokenTiles tokens = asPairs ? pairTokens : integerTokens;
        if (!tokens.hold(x, count)) {
            tokens.packIntegers(x, count, asPairs, team, tilesPerPart(w.columns()));
        }
        split(matrix, count, (from, to) -> products.get().integers(matrix, tokens, from, to, y));
    }

    private int tilesPerPart(int columns) {
        return Math.ceilDiv(ELEMENTS_PER_PART, integerTokens.full() * columns);
    }

    private static int itemsPerPart(long productsPerItem) {
        return (int) Math.ceilDiv(PRODUCTS_PER_PART, Math.max(1L, productsPerItem));
    }

    /** In pairs of panels, since some tiles take two. */
    private void split(PanelMatrix matrix, int count, ComputeTeam.Range body) {
        int panels = matrix.layout().panels();
        int pairs = Math.ceilDiv(panels, 2);
        int pairsPerPart = itemsPerPart(2L * PanelLayout.ROWS * matrix.columns() * count);
        team.split(pairs, pairsPerPart, (from, to) -> body.run(2 * from, Math.min(2 * to, panels)));
    }

    @Override
    public void rmsNorm(Rows x, int count, float[] weight, float epsilon, Rows y) {
        Shapes.vector("norm weight", weight.length, x.width());
        Shapes.rows("norm input", x, count, x.width());
        Shapes.rows("norm output", y, count, x.width());
        forRows(count, x.width(), t -> RowKernels.rmsNorm(x.values(), x.at(t), x.width(), weight, epsilon, y.values()));
    }

    @Override
    public void layerNorm(Rows x, int count, float[] weight, float[] bias, float epsilon, Rows y) {
        Shapes.vector("norm weight", weight.length, x.width());
        Shapes.vector("norm bias", bias.length, x.width());
        Shapes.rows("norm input", x, count, x.width());
        Shapes.rows("norm output", y, count, x.width());
        forRows(count, x.width(), t ->
                RowKernels.layerNorm(x.values(), x.at(t), x.width(), weight, bias, epsilon, y.values()));
    }

    @Override
    public void activate(Activation activation, Rows x, int count) {
        Shapes.rows("activation", x, count, x.width());
        team.split(count * x.width(), ELEMENTS_PER_PART / 2, (from, to) ->
                RowKernels.activate(activation, x.values(), from, to));
    }

    @Override
    public void addBias(Rows x, int count, float[] bias) {
        Shapes.rows("bias input", x, count, x.width());
        Shapes.vector("bias", bias.length, x.width());
        float[] values = x.values();
        forRows(count, x.width(), t -> addInto(values, x.at(t), bias, 0, bias.length));
    }

    @Override
    public void add(Rows x, int count, Rows y) {
        Shapes.rows("sum", x, count, x.width());
        Shapes.rows("addend", y, count, x.width());
        team.split(count * x.width(), ELEMENTS_PER_PART, (from, to) ->
                addInto(x.values(), from, y.values(), from, to - from));
    }

    private static void addInto(float[] x, int from, float[] y, int yFrom, int count) {
        for (int i = 0; i < count; i++) {
            x[from + i] += y[yFrom + i];
        }
    }

    @Override
    public void rope(Rows x, int count, int headCount, int headSize, RopeTable table, int[] positions) {
        Shapes.rope(x, count, headCount, headSize, table, positions);
        angles.turnTo(table, positions, count);
        int pairs = table.frequencies().length;
        forRows(count, x.width(), t -> {
            for (int head = 0; head < headCount; head++) {
                int at = x.at(t) + head * headSize;
                if (table.interleaved()) {
                    RowKernels.rotateNeighbours(
                            x.values(), at, 2 * pairs, angles.pairedCosines(), angles.pairedSines(), 2 * t * pairs);
                } else {
                    RowKernels.rotateHalves(x.values(), at, pairs, angles.cosines(), angles.sines(), t * pairs);
                }
            }
        });
    }

    @Override
    public void storeKv(Rows keys, Rows values, int count, KvRows kv, int layer) {
        int width = kv.layout().kvHeads() * kv.layout().headSize();
        Shapes.rows("keys", keys, count, width);
        Shapes.rows("values", values, count, width);
        Shapes.kv(kv, count, layer);
        team.split(count, Math.ceilDiv(ELEMENTS_PER_PART, Math.max(1, width)), (from, to) -> {
            KvWriter writer = new KvWriter(kv, layer);
            for (int t = from; t < to; t++) {
                writer.store(keys, values, t);
            }
        });
    }

    @Override
    public void attention(Rows queries, int count, int headCount, AttentionRule rule, KvRows kv, int layer, Rows out) {
        Shapes.attention(queries, count, headCount, kv, layer, out);
        attention.run(queries, count, headCount, rule, kv, layer, out);
    }

    @Override
    public void siluMultiply(Rows gate, Rows up, int count, Rows out) {
        Shapes.rows("gate", gate, count, gate.width());
        Shapes.rows("up", up, count, gate.width());
        Shapes.rows("gated output", out, count, gate.width());
        team.split(count * gate.width(), ELEMENTS_PER_PART / 2, (from, to) ->
                RowKernels.siluMultiply(gate.values(), up.values(), from, to, out.values()));
    }

    @Override
    public void geluMultiply(Rows gate, Rows up, int count, Rows out) {
        Shapes.rows("gate", gate, count, gate.width());
        Shapes.rows("up", up, count, gate.width());
        Shapes.rows("gated output", out, count, gate.width());
        team.split(count * gate.width(), ELEMENTS_PER_PART / 2, (from, to) ->
                RowKernels.geluMultiply(gate.values(), up.values(), from, to, out.values()));
    }

    @Override
    public void softcap(Rows x, int count, float cap) {
        Shapes.rows("softcap", x, count, x.width());
        team.split(count * x.width(), ELEMENTS_PER_PART / 2, (from, to) ->
                RowKernels.softcap(x.values(), from, to - from, cap));
    }

    @Override
    public void scale(Rows x, int count, float factor) {
        Shapes.rows("scale", x, count, x.width());
        team.split(count * x.width(), ELEMENTS_PER_PART, (from, to) -> {
            for (int i = from; i < to; i++) {
                x.values()[i] *= factor;
            }
        });
    }

    @Override
    public void maxima(float[] x, int from, int count, float[] out) {
        Shapes.runs(x.length, from, count, out.length);
        forRuns(count, (first, end) -> RunKernels.maxima(x, from, first, Math.min(end, count), out));
    }

    @Override
    public void exponentialSums(float[] x, int from, int count, float shift, float[] out) {
        Shapes.runs(x.length, from, count, out.length);
        forRuns(count, (first, end) -> RunKernels.exponentialSums(x, from, first, Math.min(end, count), shift, out));
    }

    private void forRuns(int count, ComputeTeam.Range body) {
        team.split(Math.ceilDiv(count, RUN), ELEMENTS_PER_PART / RUN, (from, to) -> body.run(from * RUN, to * RUN));
    }

    private interface Row {
        void run(int row);
    }

    private void forRows(int count, int width, Row body) {
        team.split(count, Math.ceilDiv(ELEMENTS_PER_PART, Math.max(1, width)), (from, to) -> {
            for (int t = from; t < to; t++) {
                body.run(t);
            }
        });
    }
}
