package quern.kv;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import quern.config.QuernException;

/** The cold tier as those of one layout see it; {@link #close} does nothing, the {@link BlockStore} has the files. */
record ColdTier(ColdStore store, BlockImage image) implements KvTier {

    /** @throws QuernException ERROR if the capacity holds no block */
    static void requireRoom(TierPlan plan) {
        long capacityBytes = plan.config().cold().bytes();
        long blockBytes = plan.image().bytes();
        if (capacityBytes < blockBytes || blockBytes > Integer.MAX_VALUE) {
            throw new QuernException(
                    QuernException.Category.ERROR,
                    "kv.cold of " + capacityBytes + " bytes, blocks of " + blockBytes
                            + " bytes: expected room for one, and blocks below 2 GiB");
        }
    }

    @Override
    public boolean contains(BlockKey key) {
        return store.contains(key);
    }

    @Override
    public boolean read(BlockKey key, int[] tokens, MemorySegment target) {
        return store.read(image, key, tokens, target);
    }

    @Override
    public boolean write(BlockKey key, int[] tokens, BlockSource source) {
        return store.write(image, key, tokens, source);
    }

    @Override
    public boolean pin(BlockKey key, boolean on) {
        return store.pin(key, on);
    }

    @Override
    public void forEachHead(BiConsumer<BlockKey, Optional<BlockHead>> use) {
        store.forEachHead(image, use);
    }

    @Override
    public int purge(Predicate<BlockKey> doomed, boolean wipe) {
        return store.purge(doomed, wipe);
    }

    @Override
    public TierCheck verify(TierCheck.Progress progress) {
        return store.verify(image, progress);
    }

    @Override
    public Optional<String> closed() {
        return store.closed();
    }

    @Override
    public TierStats stats() {
        return store.stats();
    }

    @Override
    public void close() {}
}
