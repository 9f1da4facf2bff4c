package quern.kv;

import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * A block's bytes where they lie, for a tier to store without a copy between. In the arena they may be overwritten
 * meanwhile: that is noticed afterwards, and what was stored until then is no block.
 *
 * @param bytes of exactly a block's size, not on the heap
 * @param whole asked after the last read of the bytes, before the block can be found: whether they were this block's
 *     until now
 */
record BlockSource(MemorySegment bytes, BooleanSupplier whole) {

    /** Bytes that nobody changes. */
    static BlockSource of(MemorySegment bytes) {
        return new BlockSource(bytes, () -> true);
    }

    boolean isWhole() {
        return whole.getAsBoolean();
    }
}
