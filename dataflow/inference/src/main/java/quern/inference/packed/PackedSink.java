package quern.inference.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Where packed matrices are written to, one behind the other. */
interface PackedSink extends AutoCloseable {

    /** The place of the next matrix, a multiple of {@link PackedTensor#ALIGNMENT}. */
    long begin(String tensor) throws IOException;

    /** Writes a part of the matrix that begins at {@code at}, in order. */
    void write(ByteBuffer bytes) throws IOException;

    /** How far what was written reaches. */
    long end();

    /** Writes directory and head, and forces all of it to disk. */
    PackedDirectory finish(String fingerprint, String packing, List<PackedTensor> tensors) throws IOException;

    @Override
    void close() throws IOException;
}
