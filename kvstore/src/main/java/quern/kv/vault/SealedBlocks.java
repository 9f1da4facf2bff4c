package quern.kv.vault;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import quern.kv.BlockSeal;

/**
 * Blocks of the KV cache under the key of their collection. Each thread has two heap arrays of a block's size: copying
 * into them and back costs less than what AES-GCM loses on off-heap memory. The guard holds nonce and tag.
 */
public final class SealedBlocks implements BlockSeal {

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /**
     * The JDK's cipher takes many calls, long or short, before its fast form is compiled; below 7,680 bytes it takes
     * another one.
     */
    private static final int REHEARSED = 1_000;
    private static final int REHEARSED_BYTES = 8192;
    private static final long REHEARSED_NANOS_MAX = 1_000_000_000L;

    private static final int PARTS_OF_A_BLOCK = 2;

    private final KeyGenerations keys;
    private final int id;

    private SealedBlocks(KeyGenerations keys, int id) {
        this.keys = keys;
        this.id = id;
    }

    /** What a vault's blocks are guarded by: sealed where it seals, else {@link BlockSeal#PLAIN}. */
    public static BlockSeal of(Vault vault) {
        return vault.sealing() ? of(vault, KeyGenerations.of(vault.collection(KeyCollection.BLOCKS))) : PLAIN;
    }

    static BlockSeal of(Vault vault, KeyGenerations keys) {
        int named = vault.id().hashCode();
        return new SealedBlocks(keys, named == PLAIN.id() ? 1 : named);
    }

    private static final class Scratch {

        private byte[] plain = new byte[0];
        private byte[] sealed = new byte[0];

        void reserve(int bytes) {
            if (plain.length < bytes) {
                plain = new byte[bytes];
                sealed = new byte[bytes + Seal.OVERHEAD_BYTES];
            }
        }
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int generation() {
        return keys.next(PARTS_OF_A_BLOCK);
    }

    @Override
    public MemorySegment seal(ByteBuffer about, MemorySegment plain, ByteBuffer guard) {
        int bytes = Math.toIntExact(plain.byteSize());
        Scratch scratch = SCRATCH.get();
        scratch.reserve(bytes);
        MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, 0, scratch.plain, 0, bytes);
        keys.of(BlockSeal.generationIn(about)).seal(scratch.plain, 0, bytes, scratch.sealed, 0, context(about));
        guard.duplicate().put(scratch.sealed, 0, Seal.NONCE_BYTES)
                .put(scratch.sealed, Seal.NONCE_BYTES + bytes, Seal.TAG_BYTES);
        return MemorySegment.ofArray(scratch.sealed).asSlice(Seal.NONCE_BYTES, bytes);
    }

    @Override
    public boolean open(ByteBuffer about, MemorySegment stored, MemorySegment target, ByteBuffer guard) {
        int bytes = Math.toIntExact(stored.byteSize());
        Scratch scratch = SCRATCH.get();
        scratch.reserve(bytes);
        guard.duplicate().get(scratch.sealed, 0, Seal.NONCE_BYTES)
                .get(scratch.sealed, Seal.NONCE_BYTES + bytes, Seal.TAG_BYTES);
        MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, scratch.sealed, Seal.NONCE_BYTES, bytes);
        try {
            keys.of(BlockSeal.generationIn(about)).open(
                    scratch.sealed, 0, bytes + Seal.OVERHEAD_BYTES, scratch.plain, 0, context(about));
        } catch (SealBroken e) {
            return false;
        }
        MemorySegment.copy(scratch.plain, 0, target, ValueLayout.JAVA_BYTE, 0, bytes);
        return true;
    }

    @Override
    public void rehearse() {
        Seal other = Seal.ofThisProcess("a rehearsal");
        byte[] plain = new byte[REHEARSED_BYTES];
        byte[] sealed = new byte[REHEARSED_BYTES + Seal.OVERHEAD_BYTES];
        byte[] context = new byte[Long.BYTES];
        long from = System.nanoTime();
        for (int i = 0; i < REHEARSED && System.nanoTime() - from < REHEARSED_NANOS_MAX; i++) {
            int count = other.seal(plain, 0, plain.length, sealed, 0, context);
            other.open(sealed, 0, count, plain, 0, context);
        }
    }

    private static byte[] context(ByteBuffer about) {
        ByteBuffer read = about.duplicate();
        byte[] context = new byte[read.remaining()];
        read.get(context);
        return context;
    }
}
