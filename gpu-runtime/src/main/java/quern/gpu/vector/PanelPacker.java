package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.StoredRow;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.PanelLayout.Form;

/**
 * Stored tensors into panels: floats as they are, quantised types as their codes, scales and factors.
 */
final class PanelPacker {

    private static final int ROWS = PanelLayout.ROWS;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor tensor;
    private final PanelLayout layout;
    private final MemorySegment into;

    private PanelPacker(Tensor tensor, PanelLayout layout, MemorySegment into) {
        this.tensor = tensor;
        this.layout = layout;
        this.into = into;
    }

    /** @param into zeros, {@link PanelLayout#bytes()} of them */
    static void pack(Tensor tensor, PanelLayout layout, MemorySegment into, ComputeTeam team) {
        PanelPacker packer = new PanelPacker(tensor, layout, into);
        team.split(layout.panels(), 1, (from, to) -> {
            for (int panel = from; panel < to; panel++) {
                packer.packPanel(panel);
            }
        });
    }

    private void packPanel(int panel) {
        int first = panel * ROWS;
        int rows = Math.min(ROWS, tensor.rows() - first);
        switch (layout.form()) {
            case FLOATS -> packFloats(panel, rows);
            case HALVES, BRAIN_HALVES -> packHalves(panel, rows);
            case BYTES, NIBBLES, INDICES -> {
                StoredRow[] stored = new StoredRow[rows];
                for (int row = 0; row < rows; row++) {
                    stored[row] = new StoredRow(layout.type(), layout.columns());
                    stored[row].load(Dequantizer.bytes(tensor, first + row), 0);
                }
                packCodes(panel, stored);
                packScales(panel, stored);
                if (layout.factorsPerBlock() > 0) {
                    packFactors(panel, stored);
                }
            }
        }
    }

    private void packFloats(int panel, int rows) {
        int columns = layout.columns();
        float[] values = new float[columns];
        float[] turned = new float[ROWS * columns];
        for (int row = 0; row < rows; row++) {
            Dequantizer.row(tensor, panel * ROWS + row, values, 0);
            for (int k = 0; k < columns; k++) {
                turned[ROWS * k + row] = values[k];
            }
        }
        MemorySegment.copy(turned, 0, into, FLOAT, layout.codesAt(panel, 0), turned.length);
    }

    private void packHalves(int panel, int rows) {
        int columns = layout.columns();
        short[] turned = new short[ROWS * columns];
        for (int row = 0; row < rows; row++) {
            MemorySegment stored = tensor.row(panel * ROWS + row);
            for (int k = 0; k < columns; k++) {
                turned[ROWS * k + row] = stored.get(SHORT, 2L * k);
            }
        }
        MemorySegment.copy(turned, 0, into, SHORT, layout.codesAt(panel, 0), turned.length);
    }

    private void packCodes(int panel, StoredRow[] rows) {
        int columns = layout.columns();
        byte[] turned = new byte[ROWS * columns / (layout.form() == Form.BYTES ? 1 : 2)];
        for (int row = 0; row < rows.length; row++) {
            byte[] codes = rows[row].codes();
            if (layout.form() == Form.BYTES) {
                for (int k = 0; k < columns; k++) {
                    turned[ROWS * k + row] = codes[k];
                }
            } else {
                packPairs(codes, row, turned);
            }
        }
        int length = turned.length / layout.blocks();
        for (int block = 0; block < layout.blocks(); block++) {
            MemorySegment.copy(
                    turned, block * length, into, ValueLayout.JAVA_BYTE, layout.codesAt(panel, 32 * block), length);
        }
    }

    private void packPairs(byte[] codes, int row, byte[] turned) {
        boolean nibbles = layout.form() == Form.NIBBLES;
        int lane = nibbles ? 2 * (row % 16) + row / 16 : row;
        for (int pair = 0; pair < codes.length / 2; pair++) {
            int k = pair / 16 * 32 + pair % 16;
            turned[ROWS * pair + lane] = nibbles
                    ? nibbles(codes[k] + layout.zero(), codes[k + 16] + layout.zero() - 8)
                    : nibbles(StoredRow.codebookIndex(codes[k]), StoredRow.codebookIndex(codes[k + 16]));
        }
    }

    private static byte nibbles(int low, int high) {
        return (byte) (low & 15 | high << 4);
    }

    private void packScales(int panel, StoredRow[] rows) {
        int step = layout.scaleElements() / 32;
        short[] scales = new short[ROWS];
        short[] mins = new short[ROWS];
        for (int block = 0; block < layout.blocks(); block += step) {
            for (int row = 0; row < rows.length; row++) {
                scales[row] = half(rows[row].scales()[block / step]);
                mins[row] = half(rows[row].mins()[block / step]);
            }
            MemorySegment.copy(scales, 0, into, SHORT, layout.scalesAt(panel, block), ROWS);
            if (layout.hasMins()) {
                MemorySegment.copy(mins, 0, into, SHORT, layout.minsAt(panel, block), ROWS);
            }
        }
    }

    /** Exact: it was read from 16 bits. */
    private short half(float scale) {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("tensor '" + tensor.name() + "' has a scale of " + scale
                    + ", expected finite weights");
        }
        return Float.floatToFloat16(scale);
    }

    private void packFactors(int panel, StoredRow[] rows) {
        int perBlock = layout.factorsPerBlock();
        byte[] factors = new byte[perBlock * ROWS];
        byte[] minFactors = new byte[perBlock * ROWS];
        for (int block = 0; block < layout.blocks(); block++) {
            for (int row = 0; row < rows.length; row++) {
                for (int i = 0; i < perBlock; i++) {
                    int run = 2 * block + i;
                    factors[ROWS * i + row] = rows[row].factors()[run];
                    minFactors[ROWS * i + row] = rows[row].minFactors()[run];
                }
            }
            MemorySegment.copy(
                    factors, 0, into, ValueLayout.JAVA_BYTE, layout.factorsAt(panel, block), factors.length);
            if (layout.hasMins()) {
                MemorySegment.copy(
                        minFactors, 0, into, ValueLayout.JAVA_BYTE, layout.minFactorsAt(panel, block),
                        minFactors.length);
            }
        }
    }
}
