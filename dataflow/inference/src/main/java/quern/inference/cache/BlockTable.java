package quern.inference.cache;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.kv.BlockKey;
import quern.kv.BlockPool.Keeping;
import quern.kv.HotBlock;

/**
 * The blocks of one sequence, in order of its tokens: a sealed part that may be shared, then blocks of its own. Filled
 * and emptied by {@link KvBlocks} alone.
 */
public final class BlockTable {

    /** A block looked up ahead of the sealed part, until all tier reads of the sequence are answered. */
    static final class Ahead {

        final BlockKey key;
        final HotBlock block;
        final boolean pinned;
        final int[] tokens;
        /** How many of its tokens are to be copied; 0: it is taken as it is. */
        final int copied;
        boolean found;

        Ahead(BlockKey key, HotBlock block, boolean pinned, int[] tokens, int copied) {
            this.key = key;
            this.block = block;
            this.pinned = pinned;
            this.tokens = tokens;
            this.copied = copied;
            this.found = pinned;
        }
    }

    final boolean retain;
    final Keeping keeping;
    final boolean shared;
    final List<Ahead> ahead = new ArrayList<>();
    /** What others find this table by: the key before each block, from the first block on. */
    final List<BlockKey> announced = new ArrayList<>();
    /** Tokens of its sequence as last seen, how many are known and how many of those are computed. */
    int[] tokens = new int[0];
    int count;
    int computed;
    int unanswered;
    boolean closed;

    private final BlockKey root;
    private final int blockTokens;
    private final List<BlockKey> keys = new ArrayList<>();
    private final List<HotBlock> blocks = new ArrayList<>();
    private MemorySegment[] memory = new MemorySegment[8];
    private int sealed;

    /**
     * @param retain whether its blocks are sealed, to be found by others
     * @param keeping how far down they may go
     * @param shared whether it takes blocks that others sealed
     */
    BlockTable(BlockKey root, int blockTokens, boolean retain, Keeping keeping, boolean shared) {
        this.root = root;
        this.blockTokens = blockTokens;
        this.retain = retain;
        this.keeping = keeping;
        this.shared = shared;
    }

    /** For {@link quern.gpu.kernel.KvRows}; may be another array after the table has grown. */
    public MemorySegment[] memory() {
        return memory;
    }

    /** Leading tokens whose keys and values are there. */
    public int computed() {
        return computed;
    }

    /** Blocks held, sealed or not. */
    public int size() {
        return blocks.size();
    }

    /** Leading blocks that are sealed. */
    public int sealed() {
        return sealed;
    }

    /** Whether tier reads are still under way. */
    public boolean loading() {
        return unanswered > 0;
    }

    HotBlock block(int index) {
        return blocks.get(index);
    }

    void add(HotBlock block) {
        if (blocks.size() == memory.length) {
            memory = Arrays.copyOf(memory, 2 * memory.length);
        }
        memory[blocks.size()] = block.memory();
        blocks.add(block);
    }

    /** The next unsealed block is now {@code block}, sealed. */
    void sealNext(HotBlock block) {
        blocks.set(sealed, block);
        memory[sealed] = block.memory();
        sealed++;
    }

    /** The last block, taken out. */
    HotBlock removeLast() {
        HotBlock last = blocks.removeLast();
        memory[blocks.size()] = null;
        return last;
    }

    void clear() {
        blocks.clear();
        Arrays.fill(memory, null);
        sealed = 0;
    }

    /** Key of what comes before block {@code index}. */
    BlockKey parent(int index, int[] tokens) {
        return index == 0 ? root : key(index - 1, tokens);
    }

    /** Key of what a block holds whose tokens end at {@code to}, before its own end or there. */
    BlockKey partialKey(int index, int to, int[] tokens) {
        return to == (index + 1) * blockTokens ? key(index, tokens)
                : parent(index, tokens).child(tokens, index * blockTokens, to);
    }

    /** Key of block {@code index}; the tokens before its end must not change afterwards. */
    BlockKey key(int index, int[] tokens) {
        while (keys.size() <= index) {
            int next = keys.size();
            keys.add(parent(next, tokens).child(tokens, next * blockTokens, (next + 1) * blockTokens));
        }
        return keys.get(index);
    }
}
