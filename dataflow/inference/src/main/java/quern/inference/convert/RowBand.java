package quern.inference.convert;

import java.util.function.IntFunction;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.inference.format.SourceTensor;

/** Consecutive rows of one tensor in another type, shared out among the compute team. Owns its buffers. */
final class RowBand {

    private static final int BAND_BYTES = 1 << 22;

    private final SourceTensor source;
    private final ElementType to;
    private final IntFunction<float[]> importance;
    private final int rowBytes;
    private final byte[] out;
    private final double[] squares;

    /** @param importance weights of a row's columns, null for none */
    RowBand(SourceTensor source, ElementType to, IntFunction<float[]> importance) {
        this.source = source;
        this.to = to;
        this.importance = importance;
        this.rowBytes = Math.toIntExact(to.bytesOf(source.columns()));
        int stored = Math.toIntExact(source.type().bytesOf(source.columns()));
        int rows = Math.clamp(BAND_BYTES / Math.max(rowBytes, stored), 1, source.rows());
        this.out = new byte[Math.multiplyExact(rows, rowBytes)];
        this.squares = new double[rows];
    }

    /** Rows of a whole band. */
    int rows() {
        return squares.length;
    }

    int rowBytes() {
        return rowBytes;
    }

    /** The rows' bytes, one after the other, as of the last {@link #fill}. */
    byte[] bytes() {
        return out;
    }

    /** @return sum of the squared differences between what is stored and what it was made of, in order of the rows */
    double fill(int from, int count, ComputeTeam team) {
        team.split(count, 1, (first, last) -> fillRange(from, first, last));
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += squares[i];
        }
        return sum;
    }

    private void fillRange(int from, int first, int last) {
        if (source.type() == to) {
            for (int i = first; i < last; i++) {
                source.bytes().read(from + i, out, i * rowBytes);
            }
            return;
        }
        int columns = source.columns();
        byte[] stored = new byte[Math.toIntExact(source.type().bytesOf(columns))];
        float[] row = new float[columns];
        float[] again = new float[columns];
        for (int i = first; i < last; i++) {
            source.bytes().read(from + i, stored, 0);
            Dequantizer.blocks(source.type(), stored, 0, columns, row, 0);
            Quantizer.row(to, row, 0, columns, importance.apply(from + i), out, i * rowBytes);
            Dequantizer.blocks(to, out, i * rowBytes, columns, again, 0);
            double sum = 0;
            for (int k = 0; k < columns; k++) {
                double difference = (double) row[k] - again[k];
                sum += difference * difference;
            }
            squares[i] = sum;
        }
    }
}
