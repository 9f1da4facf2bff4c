package quern.gpu.kernel;

import java.util.List;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/** Checks of shapes that all backends make before a kernel touches memory. Each throws IllegalArgumentException. */
public final class Shapes {

    private Shapes() {}

    /** {@code rows} has at least {@code count} rows of exactly {@code width}. */
    public static void rows(String what, Rows rows, int count, int width) {
        if (rows.width() != width || count < 0 || count > rows.count()) {
            throw new IllegalArgumentException(what + ": " + rows.count() + " x " + rows.width()
                    + ", expected at least " + count + " x " + width);
        }
    }

    /** {@code rows} has at least {@code count} rows of exactly {@code width}. */
    public static void rows(String what, QuantizedRows rows, int count, int width) {
        if (rows.width() != width || count < 0 || count > rows.count()) {
            throw new IllegalArgumentException(what + ": " + rows.count() + " x " + rows.width()
                    + ", expected at least " + count + " x " + width);
        }
    }

    /** A vector of {@code length} elements. */
    public static void vector(String what, int found, int length) {
        if (found != length) {
            throw new IllegalArgumentException(what + ": " + found + " elements, expected " + length);
        }
    }

    /** Spans of rows in order of both, each with an update between their widths. */
    public static void lowRank(List<LowRank.Span> spans, Rows x, Rows y) {
        for (LowRank.Span span : spans) {
            LowRank update = span.update();
            if (span.from() < 0 || span.from() > span.to()) {
                throw new IllegalArgumentException("rows " + span.from() + " to " + span.to() + ", expected a span");
            }
            rows("low-rank input", x, span.to(), update.columns());
            rows("low-rank output", y, span.to(), update.rows());
        }
    }

    /** A and B of one rank. */
    public static void lowRank(Rows a, Rows b) {
        if (a.count() != b.width()) {
            throw new IllegalArgumentException("A of rank " + a.count() + " and B of rank " + b.width());
        }
    }

    /** A low-rank update of one matrix, and room for a number a row of it. */
    public static void rowNorms(Matrix w, Rows a, Rows b, int room) {
        lowRank(a, b);
        if (a.width() != w.columns() || b.count() != w.rows()) {
            throw new IllegalArgumentException("update of " + b.count() + " x " + a.width() + ", expected "
                    + w.rows() + " x " + w.columns());
        }
        atLeast("room for norms", room, w.rows());
    }

    /** Rows of {@code x}, and a factor for each of its columns. */
    public static void scaleColumns(Rows x, int from, int to, float[] factors) {
        if (from < 0 || from > to || to > x.count()) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + to + " of " + x.count() + ", expected all inside");
        }
        vector("factors", factors.length, x.width());
    }

    /** {@code count} elements from {@code from}, and room for a number a run. */
    public static void runs(int length, int from, int count, int room) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IllegalArgumentException(
                    "elements " + from + " to " + ((long) from + count) + " of " + length + ", expected all inside");
        }
        atLeast("room for runs", room, Math.ceilDiv(count, Kernels.RUN));
    }

    /** Rotary embedding: the table fits the head, the heads fit the row. */
    public static void rope(Rows x, int count, int headCount, int headSize, RopeTable table, int[] positions) {
        rows("rope", x, count, Math.multiplyExact(headCount, headSize));
        if (2 * table.frequencies().length > headSize) {
            throw new IllegalArgumentException(
                    "rope: " + table.frequencies().length + " pairs, expected at most " + headSize / 2);
        }
        atLeast("rope positions", positions.length, count);
    }

    /** Cache rows: one block list and position per row, and blocks for every position attended to. */
    public static void kv(KvRows kv, int count, int layer) {
        KvLayout layout = kv.layout();
        if (layer < 0 || layer >= layout.layers()) {
            throw new IllegalArgumentException("layer " + layer + ", expected 0.." + (layout.layers() - 1));
        }
        atLeast("KV blocks", kv.blocks().length, count);
        atLeast("KV positions", kv.positions().length, count);
        for (int t = 0; t < count; t++) {
            int position = kv.positions()[t];
            if (position < 0 || position / layout.blockTokens() >= kv.blocks()[t].length) {
                throw new IllegalArgumentException("row " + t + ": position " + position + ", expected 0.."
                        + (kv.blocks()[t].length * layout.blockTokens() - 1));
            }
        }
    }

    /** Attention: whole groups of query heads per KV head. */
    public static void attention(Rows queries, int count, int headCount, KvRows kv, int layer, Rows out) {
        KvLayout layout = kv.layout();
        if (headCount < 1 || headCount % layout.kvHeads() != 0) {
            throw new IllegalArgumentException(
                    headCount + " query heads, expected a multiple of " + layout.kvHeads() + " KV heads");
        }
        rows("queries", queries, count, Math.multiplyExact(headCount, layout.headSize()));
        rows("attention output", out, count, queries.width());
        kv(kv, count, layer);
    }

    private static void atLeast(String what, int found, int count) {
        if (found < count) {
            throw new IllegalArgumentException(what + ": " + found + ", expected at least " + count);
        }
    }
}
