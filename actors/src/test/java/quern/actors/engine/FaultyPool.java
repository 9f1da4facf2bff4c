package quern.actors.engine;

import java.util.Optional;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;

/** Another pool that breaks when told to. */
final class FaultyPool implements BlockPool {

    private final BlockPool pool;
    private volatile boolean broken;

    FaultyPool(BlockPool pool) {
        this.pool = pool;
    }

    void setBroken(boolean now) {
        broken = now;
    }

    @Override
    public long blockBytes() {
        return pool.blockBytes();
    }

    @Override
    public Optional<HotBlock> claim() {
        if (broken) {
            throw new IllegalStateException("the pool broke, as asked");
        }
        return pool.claim();
    }

    @Override
    public HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens) {
        return pool.seal(claimed, key, tokens);
    }

    @Override
    public Optional<HotBlock> pinHot(BlockKey key, int[] tokens) {
        return pool.pinHot(key, tokens);
    }

    @Override
    public Tier locate(BlockKey key) {
        return pool.locate(key);
    }

    @Override
    public boolean load(BlockKey key, int[] tokens, HotBlock claimed) {
        return pool.load(key, tokens, claimed);
    }

    @Override
    public void release(HotBlock pinned) {
        pool.release(pinned);
    }

    @Override
    public void discard(HotBlock claimed) {
        pool.discard(claimed);
    }

    @Override
    public int availableBlocks() {
        return pool.availableBlocks();
    }

    @Override
    public int writeBehind(int blocksMax) {
        return pool.writeBehind(blocksMax);
    }

    @Override
    public void close() {
        pool.close();
    }
}
