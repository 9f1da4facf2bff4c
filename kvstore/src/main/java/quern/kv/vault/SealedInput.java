package quern.kv.vault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Opens what {@link SealedOutput} sealed, frame by frame: nothing of a frame is given out before its tag was compared.
 * Throws {@link SealBroken} where the stream is not what was sealed, its end included. One thread.
 */
public final class SealedInput extends InputStream {

    private final InputStream in;
    private final Seal seal;
    private final String where;
    private final SealedFrame frame;
    private final byte[] sealed = new byte[SealedFrame.BYTES_MAX];
    private final byte[] plain = new byte[SealedFrame.PLAIN_BYTES_MAX];
    private int at;
    private int count;
    private boolean last;

    /** @param where names the stream in messages */
    public SealedInput(InputStream in, Seal seal, byte[] context, String where) {
        super();
        this.in = in;
        this.seal = seal;
        this.where = where;
        this.frame = new SealedFrame(context);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == count) {
            if (last) {
                return -1;
            }
            nextFrame();
        }
        int part = Math.min(length, count - at);
        System.arraycopy(plain, at, into, from, part);
        at += part;
        return part;
    }

    @Override
    public int available() {
        return count - at;
    }

    private void nextFrame() throws IOException {
        int word = in.readNBytes(sealed, 0, SealedFrame.WORD_BYTES) < SealedFrame.WORD_BYTES
                ? -1 : ByteBuffer.wrap(sealed).getInt(0);
        int bytes = SealedFrame.plainBytes(word);
        if (bytes < 0) {
            throw new SealBroken(where + " is not what was sealed: a frame's length is missing or wrong");
        }
        int rest = bytes + Seal.OVERHEAD_BYTES;
        if (in.readNBytes(sealed, 0, rest) < rest) {
            throw new SealBroken(where + " ends within a frame of " + bytes + " bytes");
        }
        frame.open(seal, word, sealed, 0, plain);
        at = 0;
        count = bytes;
        last = SealedFrame.isLast(word);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
