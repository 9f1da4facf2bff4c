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
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import quern.inference.packed.LayerSpans.Span;

/**
 * Reads stretches of packed weights past the page cache where their file system can do so, and through it where it
 * cannot; of segments as if all lay in one file. Reads of several threads may overlap.
 */
final class DirectFile implements AutoCloseable {

    private static final int PIECE_BYTES = 8 << 20;
    private static final int BLOCK_BYTES_MIN = 4096;

    private final Path path;
    /** By where each file would begin if all were one. */
    private final NavigableMap<Long, FileChannel> channels;
    private final int alignment;

    private DirectFile(Path path, NavigableMap<Long, FileChannel> channels, int alignment) {
        this.path = path;
        this.channels = channels;
        this.alignment = alignment;
    }

    static DirectFile open(Path path, PackedDirectory directory) throws IOException {
        Map<Long, Path> files = new TreeMap<>();
        directory.segments().forEach(segment -> files.put(segment.from(), PackedFolder.segment(path, segment)));
        if (files.isEmpty()) {
            files.put(0L, path);
        }
        int block = (int) Math.max(BLOCK_BYTES_MIN, Files.getFileStore(path).getBlockSize());
        boolean direct = directory.segments().isEmpty() || block <= PackedSegment.ALIGNMENT;
        NavigableMap<Long, FileChannel> channels = new TreeMap<>();
        DirectFile opened = new DirectFile(path, channels, direct ? block : BLOCK_BYTES_MIN);
        try {
            for (Map.Entry<Long, Path> file : files.entrySet()) {
                channels.put(file.getKey(), channel(file.getValue(), direct));
            }
            return opened;
        } catch (IOException failure) {
            opened.close();
            throw failure;
        }
    }

    private static FileChannel channel(Path file, boolean direct) throws IOException {
        try {
            return direct ? FileChannel.open(file, StandardOpenOption.READ, direct())
                    : FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException | UnsupportedOperationException refused) {
            return FileChannel.open(file, StandardOpenOption.READ);
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
        Map.Entry<Long, FileChannel> file = channels.floorEntry(span.from());
        long room = roomFor(span);
        long done = 0;
        while (done < room) {
            ByteBuffer piece = into.asSlice(done, Math.min(PIECE_BYTES, room - done)).asByteBuffer();
            int n = file.getValue().read(piece, first + done - file.getKey());
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
        IOException failed = null;
        for (FileChannel channel : channels.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw new UncheckedIOException(path.toString(), failed);
        }
    }
}
