package quern.ingest.reader;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Lines of bytes ending in {@code \n}, or {@code \r\n}, of bounded length. */
final class ByteLines {

    private static final int CHUNK_BYTES = 1 << 16;

    private final BufferedInputStream input;
    private final int lineBytesMax;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int from;
    private int to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean tooLong;
    private long readBytes;

    /** @param input read ahead of the lines; nobody else reads it */
    ByteLines(BufferedInputStream input, long lineBytesMax) {
        this.input = input;
        this.lineBytesMax = (int) Math.min(lineBytesMax, Integer.MAX_VALUE - 16);
    }

    /** The next line with its end, or null; a line that is too long comes cut, see {@link #isTooLong}. */
    byte[] next() throws IOException {
        line.reset();
        tooLong = false;
        boolean ended = false;
        boolean any = false;
        while (!ended && fill()) {
            any = true;
            int end = from;
            while (end < to && chunk[end] != '\n') {
                end++;
            }
            ended = end < to;
            take(ended ? end + 1 : end);
        }
        return any ? line.toByteArray() : null;
    }

    /** Moves bytes of the chunk to the line, as far as there is room. */
    private void take(int end) {
        int room = Math.min(end - from, lineBytesMax - line.size());
        line.write(chunk, from, room);
        tooLong |= room < end - from;
        readBytes += end - from;
        from = end;
    }

    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, input.read(chunk));
        }
        return from < to;
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
