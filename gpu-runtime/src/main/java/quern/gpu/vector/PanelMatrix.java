package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;

/**
 * Packed weights.
 *
 * @param memory off the heap or mapped, {@link PanelLayout#bytes()} long, from a multiple of 64; never written again
 */
record PanelMatrix(PanelLayout layout, MemorySegment memory) implements Matrix {

    PanelMatrix {
        if (memory.byteSize() != layout.bytes()) {
            throw new IllegalArgumentException("packed " + layout.type() + " " + layout.rows() + " x "
                    + layout.columns() + " in " + memory.byteSize() + " bytes, expected " + layout.bytes());
        }
    }

    @Override
    public ElementType type() {
        return layout.type();
    }

    @Override
    public int rows() {
        return layout.rows();
    }

    @Override
    public int columns() {
        return layout.columns();
    }

    @Override
    public long bytes() {
        return layout.bytes();
    }
}
