package quern.curation.kenlm;

/** Austin Appleby's MurmurHash64A with seed 0, by which KenLM finds words. */
final class MurmurHash {

    private static final long FACTOR = 0xC6A4A7935BD1E995L;
    private static final int SHIFT = 47;

    private MurmurHash() {}

    static long of(byte[] bytes, int count) {
        long hash = count * FACTOR;
        int whole = count / Long.BYTES * Long.BYTES;
        for (int at = 0; at < whole; at += Long.BYTES) {
            long part = littleEndian(bytes, at, Long.BYTES) * FACTOR;
            part = (part ^ part >>> SHIFT) * FACTOR;
            hash = (hash ^ part) * FACTOR;
        }
        if (whole < count) {
            hash = (hash ^ littleEndian(bytes, whole, count - whole)) * FACTOR;
        }
        hash = (hash ^ hash >>> SHIFT) * FACTOR;
        return hash ^ hash >>> SHIFT;
    }

    private static long littleEndian(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[from + i] & 0xFF;
        }
        return value;
    }
}
