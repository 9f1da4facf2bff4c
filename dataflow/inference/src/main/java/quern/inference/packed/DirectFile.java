package quern.inference.packed;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import quern.inference.packed.LayerSpans.Span;

/**
 * Reads stretches of a file past the page cache where its file system can do so, and through it where it cannot. Reads
 * of several threads may overlap.
 */
final class DirectFile implements AutoCloseable {

    private static final int PIECE_BYTES = 8 << 20;
    private static final int BLOCK_BYTES_MIN = 4096;

    private final Path path;
    private final FileChannel channel;
    private final int alignment;

    private DirectFile(Path path, FileChannel channel, int alignment) {
        this.path = path;
        this.channel = channel;
        this.alignment = alignment;
    }

    static DirectFile open(Path path) throws IOException {
        int block = (int) Math.max(BLOCK_BYTES_MIN, Files.getFileStore(path).getBlockSize());
        try {
            return new DirectFile(path, FileChannel.open(path, StandardOpenOption.READ, direct()), block);
        } catch (IOException | UnsupportedOperationException refused) {
            return new DirectFile(path, FileChannel.open(path, StandardOpenOption.READ), block);
        }
    }

    /** The JDK's option for this, by its name: the compiler warns of the type, and cannot be told not to. */
    private static OpenOption direct() {
        try {
            for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (((Enum<?>) option).name().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException absent) {
            throw new UnsupportedOperationException(absent);
        }
        throw new UnsupportedOperationException("no such option");
    }

    /** Of memory to read into. */
    int alignment() {
        return alignment;
    }

    /** Bytes of memory a stretch is read into: whole blocks. */
    long roomFor(Span span) {
        return Math.ceilDiv(span.to(), alignment) * alignment - firstBlock(span);
    }

    /** Where the stretch itself lies in memory it was read into. */
    MemorySegment within(Span span, MemorySegment memory) {
        return memory.asSlice(span.from() - firstBlock(span), span.bytes());
    }

    private long firstBlock(Span span) {
        return span.from() / alignment * alignment;
    }

    /** @throws EOFException if the file ends within the stretch */
    void read(Span span, MemorySegment into) throws IOException {
        long first = firstBlock(span);
        long room = roomFor(span);
        long done = 0;
        while (done < room) {
            ByteBuffer piece = into.asSlice(done, Math.min(PIECE_BYTES, room - done)).asByteBuffer();
            int n = channel.read(piece, first + done);
            if (n > 0 && (n % alignment == 0 || first + done + n >= span.to())) {
                done += n;
                if (first + done >= span.to()) {
                    return;
                }
            } else {
                throw new EOFException(path + " ends at byte " + (first + done + Math.max(0, n)) + ", expected "
                        + span.to() + " at least");
            }
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
}
