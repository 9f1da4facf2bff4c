package quern.kv.vault;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One frame of a sealed stream or file: a word of its length and whether it is the last, then the sealed bytes, bound
 * to context, index and word. Counts the frames sealed or opened; one thread.
 */
final class SealedFrame {

    static final int PLAIN_BYTES_MAX = 1 << 16;
    static final int WORD_BYTES = Integer.BYTES;
    static final int OVERHEAD_BYTES = WORD_BYTES + Seal.OVERHEAD_BYTES;
    static final int BYTES_MAX = PLAIN_BYTES_MAX + OVERHEAD_BYTES;

    private static final int LAST = 1 << 31;

    private final ByteBuffer context;
    private final int indexAt;
    private long index;

    SealedFrame(byte[] context) {
        this.indexAt = context.length;
        this.context = ByteBuffer.wrap(Arrays.copyOf(context, context.length + Long.BYTES + Integer.BYTES));
    }

    /** The next frame's index. */
    void index(long next) {
        index = next;
    }

    /** Plain bytes of the frame that a word begins; negative if no word says that. */
    static int plainBytes(int word) {
        int bytes = word & ~LAST;
        return bytes <= PLAIN_BYTES_MAX ? bytes : -1;
    }

    static boolean isLast(int word) {
        return word < 0;
    }

    /** @return bytes of the frame, from the beginning of {@code into} */
    int seal(Seal seal, byte[] plain, int from, int count, boolean last, byte[] into) {
        int word = last ? count | LAST : count;
        ByteBuffer.wrap(into).putInt(0, word);
        int bytes = WORD_BYTES + seal.seal(plain, from, count, into, WORD_BYTES, place(word));
        index++;
        return bytes;
    }

    /** Opens the sealed bytes behind a word. @throws SealBroken if they are not that frame */
    void open(Seal seal, int word, byte[] sealed, int from, byte[] plain) {
        seal.open(sealed, from, plainBytes(word) + Seal.OVERHEAD_BYTES, plain, 0, place(word));
        index++;
    }

    private byte[] place(int word) {
        return context.putLong(indexAt, index).putInt(indexAt + Long.BYTES, word).array();
    }
}
