package quern.curation.kenlm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Austin Appleby's MurmurHash64A with seed 0, by which KenLM finds words. */
final class MurmurHash {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FACTOR = 0xC6A4A7935BD1E995L;
    private static final int SHIFT = 47;

    private MurmurHash() {}

    /** @param count of the bytes that count, from the first */
    static long of(byte[] bytes, int count) {
        long hash = count * FACTOR;
        int at = 0;
        for (; at + Long.BYTES <= count; at += Long.BYTES) {
            long part = (long) LONG.get(bytes, at) * FACTOR;
            part = (part ^ part >>> SHIFT) * FACTOR;
            hash = (hash ^ part) * FACTOR;
        }
        if (at < count) {
            hash = (hash ^ tail(bytes, at, count)) * FACTOR;
        }
        hash = (hash ^ hash >>> SHIFT) * FACTOR;
        return hash ^ hash >>> SHIFT;
    }

    private static long tail(byte[] bytes, int from, int to) {
        if (from + Long.BYTES <= bytes.length) {
            return (long) LONG.get(bytes, from) & (1L << (to - from) * Byte.SIZE) - 1;
        }
        long value = 0;
        for (int i = to - 1; i >= from; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xFF;
        }
        return value;
    }
}
