package quern.actors.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;

/** Another pool whose calls throw when told to. */
final class FaultyPool implements BlockPool {

    /** What can break. */
    enum Call { CLAIM, SEAL, PIN_HOT, LOCATE, LOAD, RELEASE, DISCARD, AVAILABLE_BLOCKS, WRITE_BEHIND, RECLAIM }

    private final BlockPool pool;
    private final AtomicInteger thrown = new AtomicInteger();
    private volatile Call broken;
    private volatile Supplier<Throwable> failure;

    FaultyPool(BlockPool pool) {
        this.pool = pool;
    }

    /** Every such call throws from now on. */
    void fail(Call call, Supplier<Throwable> with) {
        failure = with;
        broken = call;
    }

    void heal() {
        broken = null;
    }

    /** Calls that threw. */
    int thrown() {
        return thrown.get();
    }

    private void reach(Call call) {
        if (call == broken) {
            thrown.incrementAndGet();
            sneak(failure.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Override
    public long blockBytes() {
        return pool.blockBytes();
    }

    @Override
    public Optional<HotBlock> claim() {
        reach(Call.CLAIM);
        return pool.claim();
    }

    @Override
    public HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens, Keeping keeping) {
        reach(Call.SEAL);
        return pool.seal(claimed, key, tokens, keeping);
    }

    @Override
    public void keep(HotBlock pinned) {
        pool.keep(pinned);
    }

    @Override
    public Optional<HotBlock> pinHot(BlockKey key, int[] tokens) {
        reach(Call.PIN_HOT);
        return pool.pinHot(key, tokens);
    }

    @Override
    public Tier locate(BlockKey key) {
        reach(Call.LOCATE);
        return pool.locate(key);
    }

    @Override
    public boolean load(BlockKey key, int[] tokens, HotBlock claimed) {
        reach(Call.LOAD);
        return pool.load(key, tokens, claimed);
    }

    @Override
    public void release(HotBlock pinned) {
        reach(Call.RELEASE);
        pool.release(pinned);
    }

    @Override
    public void discard(HotBlock claimed) {
        reach(Call.DISCARD);
        pool.discard(claimed);
    }

    @Override
    public int reclaim() {
        reach(Call.RECLAIM);
        return pool.reclaim();
    }

    @Override
    public int availableBlocks() {
        reach(Call.AVAILABLE_BLOCKS);
        return pool.availableBlocks();
    }

    @Override
    public int writeBehind(int blocksMax) {
        reach(Call.WRITE_BEHIND);
        return pool.writeBehind(blocksMax);
    }

    @Override
    public void close() {
        pool.close();
    }
}
