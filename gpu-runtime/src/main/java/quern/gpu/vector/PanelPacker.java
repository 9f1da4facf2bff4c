package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.StoredRow;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.PanelMatrix.Form;

/**
 * Stored tensors into panels: floats as they are, quantised types as their codes, scales and factors.
 */
final class PanelPacker {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PanelPacker() {}

    static PanelMatrix pack(Tensor tensor, ComputeTeam team) {
        PanelMatrix matrix = empty(tensor);
        team.split(matrix.panels(), 1, (from, to) -> {
            for (int r = from * Tiles.ROWS; r < Math.min(to * Tiles.ROWS, tensor.rows()); r++) {
                packRow(tensor, r, matrix);
            }
        });
        return matrix;
    }

    private static PanelMatrix empty(Tensor tensor) {
        ElementType type = tensor.type();
        Form form = PanelMatrix.form(type);
        int elements = elements(tensor);
        int scales = type.isFloat() ? 0 : elements / type.blockElements();
        int factors = elements / 32 * PanelMatrix.factorsPerBlock(type);
        boolean hasMins = StoredRow.hasMins(type);
        int codes = switch (form) {
            case BYTES -> elements;
            case NIBBLES, INDICES -> elements / 2;
            default -> 0;
        };
        return new PanelMatrix(
                type, form, tensor.rows(), tensor.columns(), new byte[codes],
                form == Form.HALVES || form == Form.BRAIN_HALVES ? new short[elements] : PanelMatrix.NO_SHORTS,
                form == Form.FLOATS ? new float[elements] : PanelMatrix.NO_FLOATS,
                new float[scales],
                hasMins ? new float[scales] : PanelMatrix.NO_FLOATS,
                new byte[factors],
                hasMins ? new byte[factors] : PanelMatrix.NO_BYTES);
    }

    private static int elements(Tensor tensor) {
        long elements = (long) Math.ceilDiv(tensor.rows(), Tiles.ROWS) * Tiles.ROWS * tensor.columns();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    tensor.name() + ": " + elements + " elements, expected at most " + (Integer.MAX_VALUE - 8));
        }
        return (int) elements;
    }

    private static void packRow(Tensor tensor, int row, PanelMatrix m) {
        int panel = row / Tiles.ROWS;
        int lane = row % Tiles.ROWS;
        int columns = m.columns();
        int at = panel * Tiles.ROWS * columns + lane;
        switch (m.form()) {
            case HALVES, BRAIN_HALVES -> {
                MemorySegment stored = tensor.row(row);
                for (int k = 0; k < columns; k++) {
                    m.halves()[at + Tiles.ROWS * k] = stored.get(SHORT, 2L * k);
                }
            }
            case FLOATS -> {
                float[] values = new float[columns];
                Dequantizer.row(tensor, row, values, 0);
                for (int k = 0; k < columns; k++) {
                    m.floats()[at + Tiles.ROWS * k] = values[k];
                }
            }
            case BYTES, NIBBLES, INDICES -> packCodes(tensor, row, m);
        }
    }

    private static void packCodes(Tensor tensor, int row, PanelMatrix m) {
        int panel = row / Tiles.ROWS;
        int lane = row % Tiles.ROWS;
        StoredRow stored = new StoredRow(m.type(), m.columns());
        stored.load(Dequantizer.bytes(tensor, row), 0);
        for (int i = 0; i < stored.scales().length; i++) {
            int at = m.scalesAt(panel, 0) + Tiles.ROWS * i + lane;
            m.scales()[at] = stored.scales()[i];
            if (m.hasMins()) {
                m.mins()[at] = stored.mins()[i];
            }
        }
        int step = m.factorsPerBlock() == 1 ? 2 : 1;
        for (int run = 0; run < stored.factors().length && m.factorsPerBlock() > 0; run += step) {
            int at = m.factorsAt(panel, 0) + Tiles.ROWS * (run / step) + lane;
            m.factors()[at] = stored.factors()[run];
            if (m.hasMins()) {
                m.minFactors()[at] = stored.minFactors()[run];
            }
        }
        for (int b = 0; b < m.blocks(); b++) {
            packBlock(stored.codes(), 32 * b, m, (panel * m.blocks() + b) * 32 * Tiles.ROWS, lane);
        }
    }

    private static void packBlock(byte[] codes, int from, PanelMatrix m, int firstElement, int lane) {
        if (m.form() == Form.BYTES) {
            for (int k = 0; k < 32; k++) {
                m.codes()[firstElement + Tiles.ROWS * k + lane] = codes[from + k];
            }
            return;
        }
        for (int j = 0; j < 16; j++) {
            int packed = m.form() == Form.NIBBLES
                    ? codes[from + j] + m.zero() | codes[from + j + 16] + m.zero() - 8 << 4
                    : StoredRow.codebookIndex(codes[from + j]) | StoredRow.codebookIndex(codes[from + j + 16]) << 4;
            m.codes()[firstElement / 2 + Tiles.ROWS * j + lane] = (byte) packed;
        }
    }
}
