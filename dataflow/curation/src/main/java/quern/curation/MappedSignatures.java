package quern.curation;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The signatures of a stage, mapped from its file: per sample one byte that says whether it takes part, then the
 * signature.
 */
final class MappedSignatures implements Signatures, AutoCloseable {

    private static final ValueLayout.OfLong BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment file;
    private final long stride;
    private final int count;

    MappedSignatures(Path path, int signatureBytes, int count) throws IOException {
        this.stride = 1L + signatureBytes;
        this.count = count;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() != stride * count) {
                arena.close();
                throw new RunException(path + " has " + channel.size() + " bytes, expected " + stride * count);
            }
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public boolean isPresent(int sample) {
        return file.get(ValueLayout.JAVA_BYTE, sample * stride) != 0;
    }

    @Override
    public long longAt(int sample, int byteAt) {
        return file.get(BIG_ENDIAN, sample * stride + 1 + byteAt);
    }

    @Override
    public void close() {
        arena.close();
    }
}
