package quern.kv;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A store of sealed blocks below the arena. It may forget any block at any time and never returns a wrong one: key,
 * tokens and checksum are compared on each read, and what does not match is dropped and counted.
 *
 * <p>{@link #contains} and {@link #pin} are look-ups in memory for any thread; everything else blocks on a disk.
 * Thread-safe. No call may run during or after {@link #close}.
 */
interface KvTier extends AutoCloseable {

    boolean contains(BlockKey key);

    /**
     * Copies a block's bytes into {@code target}, which has exactly a block's size and is not on the heap.
     *
     * @return false on a miss; the target's content is then undefined
     */
    boolean read(BlockKey key, int[] tokens, MemorySegment target);

    /**
     * Stores a block, evicting others if need be; but not one whose bytes changed meanwhile.
     *
     * @return whether it is stored now, by this call
     */
    boolean write(BlockKey key, int[] tokens, BlockSource source);

    /**
     * Stores a block that the next tier has and that is read again and again, unless it would evict what is worth
     * more.
     *
     * @return whether it is stored now, by this call
     */
    default boolean promote(BlockKey key, int[] tokens, BlockSource source) {
        return false;
    }

    /** Keeps a block that is here from being evicted, or stops doing so. @return whether it is here */
    boolean pin(BlockKey key, boolean on);

    /** Tells of every block; of one that cannot be read it tells the key alone. */
    void forEachHead(BiConsumer<BlockKey, Optional<BlockHead>> use);

    /**
     * Drops blocks, and with {@code wipe} everything on disk that could hold bytes of them, left over from earlier
     * included.
     *
     * @return blocks dropped
     */
    int purge(Predicate<BlockKey> doomed, boolean wipe);

    /** Reads every block and drops the damaged ones. @param progress told after each; returns whether to go on */
    TierCheck verify(TierCheck.Progress progress);

    /** Why it takes no blocks at the moment, if it does not. */
    Optional<String> closed();

    TierStats stats();

    @Override
    void close();
}
