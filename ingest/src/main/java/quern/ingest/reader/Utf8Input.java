package quern.ingest.reader;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import quern.ingest.TextDecoding;

/** A stream of text as UTF-8 without a byte-order mark: as it is where it is that already, else converted. */
final class Utf8Input extends InputStream {

    private static final int HEAD_BYTES = 1 << 15;

    private final Reader reader;
    private final char[] chars = new char[4096];
    private byte[] bytes = new byte[0];
    private int next;

    private Utf8Input(Reader reader) {
        super();
        this.reader = reader;
    }

    /** UTF-16 is converted, windows-1252 is not: formats that must be UTF-8 report each bad piece on their own. */
    static BufferedInputStream of(BufferedInputStream input) throws IOException {
        Charset charset = charset(input);
        boolean wide = charset == StandardCharsets.UTF_16LE || charset == StandardCharsets.UTF_16BE;
        return wide ? new BufferedInputStream(new Utf8Input(new InputStreamReader(input, charset))) : input;
    }

    /** Length of the byte-order mark that {@link #of} goes past. */
    static int markBytes(BufferedInputStream input) throws IOException {
        input.mark(4);
        byte[] head = input.readNBytes(3);
        input.reset();
        return TextDecoding.find(head, head.length, false).markBytes();
    }

    /** In the charset that the stream's beginning shows, past its byte-order mark; see {@link LooseReader}. */
    static Reader reader(BufferedInputStream input) throws IOException {
        return new LooseReader(input, charset(input));
    }

    private static Charset charset(BufferedInputStream input) throws IOException {
        input.mark(HEAD_BYTES + 1);
        byte[] head = input.readNBytes(HEAD_BYTES);
        input.reset();
        TextDecoding.Found found = TextDecoding.find(head, head.length, head.length < HEAD_BYTES);
        input.skipNBytes(found.markBytes());
        return found.charset();
    }

    @Override
    public int read() throws IOException {
        if (next == bytes.length && !fill()) {
            return -1;
        }
        return bytes[next++] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (next == bytes.length && !fill()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - next);
        System.arraycopy(bytes, next, into, from, count);
        next += count;
        return count;
    }

    private boolean fill() throws IOException {
        int count = reader.read(chars, 0, chars.length - 1);
        if (count < 0) {
            return false;
        }
        if (Character.isHighSurrogate(chars[count - 1])) {
            int low = reader.read();
            if (low >= 0) {
                chars[count++] = (char) low;
            }
        }
        bytes = new String(chars, 0, count).getBytes(StandardCharsets.UTF_8);
        next = 0;
        return true;
    }
}
