package quern.ingest.reader;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Decodes a stream that is not well-formed throughout without losing which places are not: each byte there becomes one
 * lone low surrogate, U+DC00 + byte, which no well-formed input decodes to (Python's PEP 383 does the same).
 */
final class LooseReader extends Reader {

    private static final int BUFFER_BYTES = 1 << 13;
    private static final char ESCAPE = 0xDC00;

    private final InputStream input;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES).flip();
    private boolean ended;

    LooseReader(InputStream input, Charset charset) {
        super();
        this.input = input;
        this.decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Whether a piece of what was decoded has no escaped byte in it. */
    static boolean isWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int read(char[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!chars.hasRemaining()) {
            if (ended && !bytes.hasRemaining()) {
                return -1;
            }
            fill();
        }
        int count = Math.min(length, chars.remaining());
        chars.get(into, from, count);
        return count;
    }

    private void fill() throws IOException {
        bytes.compact();
        int read = ended ? -1 : input.read(bytes.array(), bytes.position(), bytes.remaining());
        ended |= read < 0;
        bytes.position(bytes.position() + Math.max(0, read)).flip();
        chars.clear();
        CoderResult result = decoder.decode(bytes, chars, ended);
        while (result.isError() && chars.remaining() >= result.length()) {
            for (int i = 0; i < result.length(); i++) {
                chars.put((char) (ESCAPE + (bytes.get() & 0xFF)));
            }
            decoder.reset();
            result = decoder.decode(bytes, chars, ended);
        }
        chars.flip();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
