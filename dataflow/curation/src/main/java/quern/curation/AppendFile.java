package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that grows at its end, buffered, and can be cut back to a length known to be good. */
final class AppendFile implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long length;
    private long forcedLength;

    /** Opens or creates the file, cut to {@code length} bytes; it must not be shorter. */
    AppendFile(Path path, long length) {
        this.path = path;
        this.length = length;
        this.forcedLength = length;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.size() < length) {
                long found = channel.size();
                channel.close();
                throw new RunException(path + " has " + found + " bytes, its checkpoint says " + length);
            }
            channel.truncate(length);
            channel.position(length);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    Path path() {
        return path;
    }

    /** Bytes appended so far, written or buffered. */
    long length() {
        return length;
    }

    void append(byte[] bytes, int count) {
        if (buffer.remaining() < count) {
            flush();
        }
        if (count > buffer.capacity()) {
            write(ByteBuffer.wrap(bytes, 0, count));
        } else {
            buffer.put(bytes, 0, count);
        }
        length += count;
    }

    /** Everything appended is on disk when this returns. */
    void force() {
        if (length == forcedLength) {
            return;
        }
        flush();
        try {
            channel.force(true);
            forcedLength = length;
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    void flush() {
        write(buffer.flip());
        buffer.clear();
    }

    private void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
