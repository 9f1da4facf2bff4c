package quern.ingest.reader;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Lines of bytes ending in {@code \n}, or {@code \r\n}, of bounded length. */
final class ByteLines {

    private final BufferedInputStream input;
    private final long lineBytesMax;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean tooLong;
    private long readBytes;

    ByteLines(BufferedInputStream input, long lineBytesMax) {
        this.input = input;
        this.lineBytesMax = Math.min(lineBytesMax, Integer.MAX_VALUE - 16);
    }

    /** The next line with its end, or null; a line that is too long comes cut, see {@link #isTooLong}. */
    byte[] next() throws IOException {
        line.reset();
        tooLong = false;
        int value = input.read();
        if (value < 0) {
            return null;
        }
        while (value >= 0) {
            readBytes++;
            if (line.size() < lineBytesMax) {
                line.write(value);
            } else {
                tooLong = true;
            }
            if (value == '\n') {
                break;
            }
            value = input.read();
        }
        return line.toByteArray();
    }

    /** Whether the last line was longer than the limit. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Bytes of all lines so far. */
    long readBytes() {
        return readBytes;
    }

    /** Length of a line without its end. */
    static int contentBytes(byte[] line) {
        int length = line.length;
        if (length > 0 && line[length - 1] == '\n') {
            length--;
        }
        return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    }
}
