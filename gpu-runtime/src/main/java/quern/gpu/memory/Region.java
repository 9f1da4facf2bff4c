package quern.gpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A run of off-heap memory, zeroed, aligned to a cache line. Views cannot free it; after {@link #close} every view
 * throws IllegalStateException.
 */
public final class Region implements AutoCloseable {

    /** Alignment of a region, and of what is carved out of it, in bytes. */
    public static final int ALIGNMENT_BYTES = 64;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    /** @throws OutOfMemoryError if the system does not give that much */
    public Region(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("region of " + bytes + " bytes");
        }
        this.memory = arena.allocate(bytes, ALIGNMENT_BYTES);
    }

    public long bytes() {
        return memory.byteSize();
    }

    /** A view of {@code bytes} bytes from {@code offset}. */
    public MemorySegment view(long offset, long bytes) {
        return memory.asSlice(offset, bytes);
    }

    @Override
    public void close() {
        arena.close();
    }
}
