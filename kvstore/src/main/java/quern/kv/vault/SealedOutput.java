package quern.kv.vault;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Seals a stream in frames of up to 64 KiB: {@code last:1 bit, bytes:31 bits, then nonce, ciphertext, tag}. Each frame
 * is bound to its place, and the last one says so: frames cannot be left out, swapped or cut off. One thread.
 *
 * <p>{@link #close} writes the last frame and closes the stream below.
 */
public final class SealedOutput extends OutputStream {

    private final OutputStream out;
    private final Seal seal;
    private final SealedFrame frame;
    private final byte[] plain = new byte[SealedFrame.PLAIN_BYTES_MAX];
    private final byte[] sealed = new byte[SealedFrame.BYTES_MAX];
    private int count;
    private boolean closed;

    /** @param context what the stream is; it opens only under the same */
    public SealedOutput(OutputStream out, Seal seal, byte[] context) {
        super();
        this.out = out;
        this.seal = seal;
        this.frame = new SealedFrame(context);
    }

    /** Length of a sealed stream of so many bytes. */
    public static long sealedBytes(long plainBytes) {
        long frames = Math.max(1, Math.ceilDiv(plainBytes, SealedFrame.PLAIN_BYTES_MAX));
        return plainBytes + frames * SealedFrame.OVERHEAD_BYTES;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (count == plain.length) {
                emit(false);
            }
            int part = Math.min(length - done, plain.length - count);
            System.arraycopy(bytes, from + done, plain, count, part);
            count += part;
            done += part;
        }
    }

    private void emit(boolean last) throws IOException {
        int bytes = frame.seal(seal, plain, 0, count, last, sealed);
        count = 0;
        out.write(sealed, 0, bytes);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (out) {
                emit(true);
            }
        }
    }
}
