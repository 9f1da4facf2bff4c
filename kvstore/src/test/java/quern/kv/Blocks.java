package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import quern.config.DataSize;
import quern.config.KvConfig;

/** Blocks whose key, tokens and bytes follow from a number, so that any process can say what they must be. */
final class Blocks {

    static final int TOKENS = 4;
    static final int BYTES = 400_001;
    static final String LAYOUT = "test layout";

    private static final BlockKey ROOT = new BlockKey.Root("m", "a", LAYOUT, "1", "t").key();

    private Blocks() {}

    /** Tiers of 0 bytes are switched off. */
    static KvConfig config(int hotBlocks, long warmBytes, long coldBytes) {
        return new KvConfig(
                TOKENS, KvConfig.ElementType.F32, size((long) hotBlocks * BYTES), size(warmBytes), size(coldBytes),
                warmBytes > 0, coldBytes > 0, 64);
    }

    private static DataSize size(long bytes) {
        return new DataSize(Math.max(bytes, 1 << 20));
    }

    static long slotsBytes(int slots) {
        return slots * SlotFile.strideBytes(BlockImage.of(BYTES, TOKENS, LAYOUT, BlockSeal.PLAIN));
    }

    static long coldBytes(int blocks) {
        return blocks * BlockImage.of(BYTES, TOKENS, LAYOUT, BlockSeal.PLAIN).bytes();
    }

    static int[] tokens(int number) {
        return new int[] {number, number + 1, 7, -number};
    }

    static BlockKey key(int number) {
        return ROOT.child(tokens(number), 0, TOKENS);
    }

    /** A key of the same name whose tokens before were others. */
    static BlockKey otherRun(BlockKey key) {
        ByteBuffer names = ByteBuffer.allocate(3 * BlockKey.BYTES);
        key.store(names);
        return BlockKey.stored(names, 0, key.depth(), key.head(), key.run() == 1 ? 2 : key.run() - 1);
    }

    static byte[] bytes(int number) {
        byte[] bytes = new byte[BYTES];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    /** Seals block {@code number} in the stack and releases it. */
    static void store(TierStack stack, int number) {
        HotBlock claimed = stack.claim().orElseThrow();
        claimed.memory().copyFrom(MemorySegment.ofArray(bytes(number)));
        stack.release(stack.seal(claimed, key(number), tokens(number)));
    }

    /** What loading block {@code number} from the lower tiers gives; empty on a miss. */
    static Optional<byte[]> load(TierStack stack, int number) {
        HotBlock claimed = stack.claim().orElseThrow();
        try {
            return stack.load(key(number), tokens(number), claimed)
                    ? Optional.of(claimed.memory().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                    : Optional.empty();
        } finally {
            stack.discard(claimed);
        }
    }
}
