package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.StoredBlocks;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.PanelMatrix.Form;

/**
 * Stored tensors into panels. Types whose product is not an integer one and that are no plain floats are packed as the
 * floats they stand for.
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

    private static Form form(ElementType type) {
        return switch (type) {
            case F16 -> Form.HALVES;
            case BF16 -> Form.BRAIN_HALVES;
            case Q8_0 -> Form.BYTES;
            case Q6_K -> Form.SCALED_BYTES;
            case Q4_0, Q4_K -> Form.NIBBLES;
            default -> Form.FLOATS;
        };
    }

    private static PanelMatrix empty(Tensor tensor) {
        Form form = form(tensor.type());
        int elements = elements(tensor);
        boolean bytes = form == Form.BYTES || form == Form.SCALED_BYTES;
        boolean halves = form == Form.HALVES || form == Form.BRAIN_HALVES;
        boolean nibbles = form == Form.NIBBLES;
        return new PanelMatrix(
                tensor.type(), form, tensor.rows(), tensor.columns(),
                bytes ? new byte[elements] : nibbles ? new byte[elements / 2] : PanelMatrix.NO_BYTES,
                halves ? new short[elements] : PanelMatrix.NO_SHORTS,
                form == Form.FLOATS ? new float[elements] : PanelMatrix.NO_FLOATS,
                bytes || nibbles ? new float[elements / 32] : PanelMatrix.NO_FLOATS,
                tensor.type() == ElementType.Q4_K ? new float[elements / 32] : PanelMatrix.NO_FLOATS,
                form == Form.SCALED_BYTES ? new byte[elements / 16] : PanelMatrix.NO_BYTES);
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
            case BYTES, SCALED_BYTES, NIBBLES -> packIntegers(tensor, row, m);
        }
    }

    private static void packIntegers(Tensor tensor, int row, PanelMatrix m) {
        int panel = row / Tiles.ROWS;
        int lane = row % Tiles.ROWS;
        StoredBlocks stored = StoredBlocks.ofRow(tensor, row);
        int[] block = new int[32];
        for (int b = 0; b < m.blocks(); b++) {
            stored.integers(b, block);
            int scalesAt = m.scalesAt(panel, b) + lane;
            m.scales()[scalesAt] = stored.scale(b);
            if (m.mins().length > 0) {
                m.mins()[scalesAt] = stored.min(b);
            }
            int runs = (panel * m.blocks() + b) * 2 * Tiles.ROWS + lane;
            if (m.form() == Form.SCALED_BYTES) {
                m.factors()[runs] = (byte) stored.factor(2 * b);
                m.factors()[runs + Tiles.ROWS] = (byte) stored.factor(2 * b + 1);
            }
            packBlock(block, m, (panel * m.blocks() + b) * 32 * Tiles.ROWS, lane);
        }
    }

    private static void packBlock(int[] block, PanelMatrix m, int firstElement, int lane) {
        if (m.form() == Form.NIBBLES) {
            int offset = m.type() == ElementType.Q4_0 ? 8 : 0;
            for (int j = 0; j < 16; j++) {
                int packed = block[j] + offset | block[j + 16] + offset - 8 << 4;
                m.codes()[firstElement / 2 + Tiles.ROWS * j + lane] = (byte) packed;
            }
        } else {
            for (int k = 0; k < 32; k++) {
                m.codes()[firstElement + Tiles.ROWS * k + lane] = (byte) block[k];
            }
        }
    }
}
