package quern.tuning.sparse;

import java.nio.ByteBuffer;

/** Reads what {@link BitWriter} wrote, from a buffer's position on. */
final class BitReader {

    private final ByteBuffer bytes;
    private int current;
    private int left;

    BitReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** @throws java.nio.BufferUnderflowException at the end */
    boolean bit() {
        if (left == 0) {
            current = bytes.get();
            left = 8;
        }
        return (current >>> --left & 1) == 1;
    }

    long rice(int parameter) {
        long upper = 0;
        while (bit()) {
            upper++;
        }
        long value = upper;
        for (int i = 0; i < parameter; i++) {
            value = value << 1 | (bit() ? 1 : 0);
        }
        return value;
    }

    /** @return whether the rest of the byte is zeros, as it was written */
    boolean endsClean() {
        boolean clean = (current & (1 << left) - 1) == 0;
        left = 0;
        return clean;
    }
}
