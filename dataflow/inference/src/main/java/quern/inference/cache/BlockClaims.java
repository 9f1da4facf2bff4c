package quern.inference.cache;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;

/** What is claimed and pinned of a pool, counted: each claim and pin is undone exactly once. */
final class BlockClaims {

    private final BlockPool pool;
    private int held;

    BlockClaims(BlockPool pool) {
        this.pool = pool;
    }

    BlockPool pool() {
        return pool;
    }

    /** Claims and pins not yet undone. */
    int held() {
        return held;
    }

    Optional<HotBlock> claim() {
        return counted(pool.claim());
    }

    Optional<HotBlock> pin(BlockKey key, int[] tokens) {
        return counted(pool.pinHot(key, tokens));
    }

    private Optional<HotBlock> counted(Optional<HotBlock> block) {
        held += block.isPresent() ? 1 : 0;
        return block;
    }

    void release(HotBlock pinned) {
        pool.release(pinned);
        held--;
    }

    void discard(HotBlock claimed) {
        pool.discard(claimed);
        held--;
    }

    /** Appends a block of the table's own, with these bytes. @return whether there was room */
    boolean copy(BlockTable table, MemorySegment bytes) {
        Optional<HotBlock> own = claim();
        own.ifPresent(block -> {
            block.memory().copyFrom(bytes);
            table.add(block);
        });
        return own.isPresent();
    }
}
