package quern.tuning.sparse;

import java.io.ByteArrayOutputStream;

/** Bits, most significant first; the last byte is filled up with zeros. */
final class BitWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int current;
    private int used;

    void bit(boolean one) {
        current = current << 1 | (one ? 1 : 0);
        if (++used == 8) {
            bytes.write(current);
            current = 0;
            used = 0;
        }
    }

    /** The lowest {@code count} bits of {@code value}. */
    void bits(int value, int count) {
        for (int i = count - 1; i >= 0; i--) {
            bit((value >>> i & 1) == 1);
        }
    }

    /** Rice's code of a number: its upper part as that many ones and a zero, its lower {@code parameter} bits. */
    void rice(int value, int parameter) {
        for (int i = value >>> parameter; i > 0; i--) {
            bit(true);
        }
        bit(false);
        bits(value, parameter);
    }

    byte[] toBytes() {
        while (used != 0) {
            bit(false);
        }
        return bytes.toByteArray();
    }
}
