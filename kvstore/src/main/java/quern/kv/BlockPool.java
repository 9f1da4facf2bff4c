package quern.kv;

import java.util.Optional;

/**
 * The engine's view of the tiers. {@link #load} and {@link #writeBehind} block on disks and belong to an I/O thread;
 * everything else belongs to the engine's thread, never blocks, and runs beside them.
 *
 * <p>A block is claimed (private, being filled), then either discarded or sealed (immutable, findable by its key).
 * Claimed and pinned blocks are never evicted.
 */
public interface BlockPool extends AutoCloseable {

    /** Where a key's bytes are at the moment. */
    enum Tier { HOT, WARM, COLD, ABSENT }

    /** How far down a sealed block may go. */
    enum Keeping {
        /** To the lower tiers. */
        TIERS,
        /** Nowhere: it is forgotten when the arena has no room for it any more, and never touches a disk. */
        MEMORY
    }

    /** Bytes of every block of this pool. */
    long blockBytes();

    /** A free slot, evicting the least valuable unpinned sealed block if need be; empty when all are held. */
    Optional<HotBlock> claim();

    /**
     * Makes a claimed block immutable and findable, and queues it for the lower tiers if it may go there. The caller's
     * claim becomes a pin. If the key is already in the arena the claimed slot is freed and the known block is
     * returned, pinned; if either sealing allows the lower tiers, it goes there.
     *
     * @param key made by {@link BlockKey#child}
     * @param tokens the block's token ids, kept beside it and compared on every hit
     */
    HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens, Keeping keeping);

    /** Seals a block that may go to the lower tiers. */
    default HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens) {
        return seal(claimed, key, tokens, Keeping.TIERS);
    }

    /** Lets a pinned block go to the lower tiers from now on, although it was sealed to stay in memory. */
    void keep(HotBlock pinned);

    /** The sealed block of {@code key} if it is in the arena and holds exactly {@code tokens}, pinned once more. */
    Optional<HotBlock> pinHot(BlockKey key, int[] tokens);

    /** Where the key is; an index look-up without I/O on the bytes. */
    Tier locate(BlockKey key);

    /**
     * Copies a warm or cold block into a claimed slot, after comparing token ids and checksum. A mismatch is a miss,
     * counted, and the damaged entry is dropped.
     *
     * @return false on a miss; the claimed slot's content is then undefined
     */
    boolean load(BlockKey key, int[] tokens, HotBlock claimed);

    /** Undoes one pin. */
    void release(HotBlock pinned);

    /** Frees a claimed slot that was not sealed. */
    void discard(HotBlock claimed);

    /**
     * Undoes every claim and every pin, for an engine that broke and has no books any more; no load may be under way.
     *
     * @return slots that were claimed or pinned
     */
    int reclaim();

    /** Slots neither claimed nor pinned, in blocks. */
    int availableBlocks();

    /** Writes up to {@code blocksMax} sealed blocks that no lower tier has yet; returns how many were written. */
    int writeBehind(int blocksMax);

    @Override
    void close();
}
