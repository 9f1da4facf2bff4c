package quern.inference.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Packs matrices one after another. */
final class PackedWriter {

    private static final long WRITE_BYTES_MAX = 64L << 20;

    /** What is known of a matrix that was written and let go of. */
    private record Written(ElementType type, int rows, int columns, long bytes) implements Matrix {}

    private final PackedSink sink;
    private final Kernels kernels;
    private final LongConsumer written;
    private final List<PackedTensor> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** @param written told how far what was written reaches */
    PackedWriter(PackedSink sink, Kernels kernels, LongConsumer written) {
        this.sink = sink;
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
                long at = sink.begin(stored.name());
                for (long from = 0; from < bytes; from += WRITE_BYTES_MAX) {
                    sink.write(packed.asSlice(from, Math.min(WRITE_BYTES_MAX, bytes - from)).asByteBuffer());
                }
                tensors.add(new PackedTensor(stored.name(), stored.type(), stored.rows(), stored.columns(), at, bytes));
            } catch (IOException full) {
                throw new UncheckedIOException(full);
            }
            written.accept(sink.end());
        }
        return new Written(stored.type(), stored.rows(), stored.columns(), bytes);
    }

    /** Writes directory and head, and forces all of it to disk. */
    PackedDirectory finish(String fingerprint) throws IOException {
        return sink.finish(fingerprint, kernels.packing(), tensors);
    }
}
