package quern.inference.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Packs matrices one after another into a file that nobody knows yet. */
final class PackedWriter {

    private static final long WRITE_BYTES_MAX = 64L << 20;

    /** What is known of a matrix that was written and let go of. */
    private record Written(ElementType type, int rows, int columns, long bytes) implements Matrix {}

    private final FileChannel channel;
    private final Kernels kernels;
    private final LongConsumer written;
    private final List<PackedTensor> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private long end = PackedDirectory.HEAD_BYTES;

    /** @param written told how far the file reaches */
    PackedWriter(FileChannel channel, Kernels kernels, LongConsumer written) {
        this.channel = channel;
        this.kernels = kernels;
        this.written = written;
    }

    /** @throws UncheckedIOException if the disk does not take it */
    Matrix add(Tensor stored) {
        long bytes = kernels.packedBytes(stored.type(), stored.rows(), stored.columns());
        if (names.add(stored.name())) {
            try (Arena scratch = Arena.ofShared()) {
                MemorySegment packed = scratch.allocate(bytes, PackedTensor.ALIGNMENT);
                kernels.pack(stored, packed);
                long at = Math.ceilDiv(end, PackedTensor.ALIGNMENT) * PackedTensor.ALIGNMENT;
                for (long from = 0; from < bytes; from += WRITE_BYTES_MAX) {
                    write(packed.asSlice(from, Math.min(WRITE_BYTES_MAX, bytes - from)).asByteBuffer(), at + from);
                }
                tensors.add(new PackedTensor(stored.name(), stored.type(), stored.rows(), stored.columns(), at, bytes));
                end = at + bytes;
            }
            written.accept(end);
        }
        return new Written(stored.type(), stored.rows(), stored.columns(), bytes);
    }

    /** Writes directory and head, and forces all of it to disk. */
    PackedDirectory finish(String fingerprint) throws IOException {
        var directory = new PackedDirectory(fingerprint, kernels.packing(), List.copyOf(tensors), end);
        byte[] bytes = directory.encode();
        write(ByteBuffer.wrap(bytes), end);
        write(ByteBuffer.wrap(directory.headBytes(bytes)), 0);
        channel.force(true);
        return directory;
    }

    private void write(ByteBuffer bytes, long at) {
        try {
            long to = at;
            while (bytes.hasRemaining()) {
                to += channel.write(bytes, to);
            }
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }
}
