package quern.kv;

import java.lang.foreign.MemorySegment;

/**
 * A store of sealed blocks below the arena. It may forget any block at any time and never returns a wrong one: key,
 * tokens and checksum are compared on each read, and what does not match is dropped and counted.
 *
 * <p>{@link #contains} is an index look-up for any thread; everything else blocks on a disk. Thread-safe. No call may
 * run during or after {@link #close}.
 */
interface KvTier extends AutoCloseable {

    boolean contains(BlockKey key);

    /**
     * Copies a block's bytes into {@code target}, which has exactly a block's size.
     *
     * @return false on a miss; the target's content is then undefined
     */
    boolean read(BlockKey key, int[] tokens, MemorySegment target);

    /**
     * Stores a block, evicting others if need be.
     *
     * @return whether it is stored now, by this call
     */
    boolean write(BlockKey key, int[] tokens, MemorySegment source);

    TierStats stats();

    @Override
    void close();
}
