package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a block is stored: a header, and the block's bytes. Little-endian: magic (4), state (4), seal (4), token count
 * (2), generation of the seal's key (2), layout fingerprint (8), depth (4), run (4), head (8), key, parent and root (32
 * each), guards of the token ids and of the block (28 each), token ids (4 each, room for the most), zeros up to a
 * multiple of 64. What comes before the guards is never encrypted; token ids and block are, if the seal does so.
 *
 * @param headerBytes room before the block's bytes
 */
record BlockImage(long blockBytes, int tokensMax, long layout, int headerBytes, BlockSeal seal) {

    static final int MAGIC = 0x324c5351;
    static final int SEALED = 0x4c414553;
    static final int STATE_AT = 4;

    private static final int SEAL_AT = 8;
    private static final int COUNT_AT = 12;
    private static final int GENERATION_AT = 14;
    private static final int LAYOUT_AT = 16;
    private static final int DEPTH_AT = 24;
    private static final int RUN_AT = 28;
    private static final int HEAD_AT = 32;
    private static final int KEY_AT = 40;
    private static final int TOKENS_GUARD_AT = KEY_AT + 3 * BlockKey.BYTES;
    private static final int BLOCK_GUARD_AT = TOKENS_GUARD_AT + BlockSeal.GUARD_BYTES;
    private static final int TOKENS_AT = BLOCK_GUARD_AT + BlockSeal.GUARD_BYTES;
    private static final int ALIGNMENT_BYTES = 64;

    /** Where the generation is in what a seal is told about a part. */
    static final int GENERATION_IN_ABOUT = GENERATION_AT - SEAL_AT;

    /** Every header has more bytes than this. */
    static final int FIXED_BYTES = TOKENS_AT;

    static BlockImage of(long blockBytes, int tokensMax, String layout, BlockSeal seal) {
        int bytes = TOKENS_AT + tokensMax * Integer.BYTES;
        return new BlockImage(
                blockBytes, tokensMax, fingerprint(layout),
                (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES, seal);
    }

    /** The same blocks under another seal. */
    BlockImage with(BlockSeal other) {
        return new BlockImage(blockBytes, tokensMax, layout, headerBytes, other);
    }

    long bytes() {
        return headerBytes + blockBytes;
    }

    /**
     * A block ready to be stored.
     *
     * @param bytes valid as long as {@link BlockSeal#seal} says
     */
    record Sealed(ByteBuffer header, MemorySegment bytes) {}

    Sealed seal(BlockKey key, int[] tokens, MemorySegment block) {
        ByteBuffer header = ByteBuffer.allocate(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putInt(SEALED).putInt(seal.id()).putShort((short) tokens.length)
                .putShort((short) seal.generation()).putLong(layout)
                .putInt(key.depth()).putInt(key.run()).putLong(key.head());
        key.store(header);
        header.position(TOKENS_AT);
        for (int token : tokens) {
            header.putInt(token);
        }
        header.clear();
        MemorySegment ids = ids(header);
        MemorySegment sealedIds = seal.seal(about(header, TOKENS_GUARD_AT), ids, guard(header, TOKENS_GUARD_AT));
        if (sealedIds != ids) {
            ids.copyFrom(sealedIds);
        }
        return new Sealed(
                header, seal.seal(about(header, BLOCK_GUARD_AT), block, guard(header, BLOCK_GUARD_AT)));
    }

    /** Whether a header claims to start a sealed block of this layout and seal; nothing is checked yet. */
    boolean sealed(ByteBuffer header) {
        return header.getInt(0) == MAGIC && header.getInt(STATE_AT) == SEALED
                && header.getLong(LAYOUT_AT) == layout && header.getInt(SEAL_AT) == seal.id();
    }

    /** The key that a header claims. */
    BlockKey key(ByteBuffer header) {
        return keyOf(header);
    }

    /** The same of a header of any layout. */
    static BlockKey keyOf(ByteBuffer header) {
        return BlockKey.stored(header, KEY_AT, header.getInt(DEPTH_AT), header.getLong(HEAD_AT),
                header.getInt(RUN_AT));
    }

    /** The fingerprint of the layout that a header claims. */
    static long layoutOf(ByteBuffer header) {
        return header.getLong(LAYOUT_AT);
    }

    /** What a header says; empty if it is of another layout or seal, or damaged. */
    Optional<BlockHead> head(ByteBuffer header) {
        return sealed(header) ? headOfAny(header) : Optional.empty();
    }

    /** What a header of any layout says; empty if it is of another seal or damaged. */
    Optional<BlockHead> headOfAny(ByteBuffer header) {
        int count = Short.toUnsignedInt(header.getShort(COUNT_AT));
        int room = header.capacity() - TOKENS_AT;
        if (header.getInt(0) != MAGIC || header.getInt(SEAL_AT) != seal.id()
                || count > room / Integer.BYTES) {
            return Optional.empty();
        }
        ByteBuffer ids = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer guard = guard(header, TOKENS_GUARD_AT);
        if (!seal.open(about(header, TOKENS_GUARD_AT), ids(header), MemorySegment.ofBuffer(ids), guard)) {
            return Optional.empty();
        }
        int[] tokens = new int[count];
        ids.asIntBuffer().get(tokens);
        return Optional.of(new BlockHead(key(header), tokens));
    }

    /** What a comparison of stored bytes with what was asked for found. */
    enum Match {
        EQUAL,
        /** Sound, but of other tokens, here or before: two different blocks with one key. */
        OTHER_TOKENS,
        DAMAGED
    }

    /** Compares and opens a stored block. @param target gets the bytes; undefined unless the answer is EQUAL */
    Match open(ByteBuffer header, MemorySegment stored, MemorySegment target, BlockKey key, int[] tokens) {
        Optional<BlockHead> head = head(header).filter(found -> found.key().equals(key));
        if (head.isEmpty() || !open(header, stored, target)) {
            return Match.DAMAGED;
        }
        return Arrays.equals(head.get().tokens(), tokens) && head.get().key().sameRun(key)
                ? Match.EQUAL : Match.OTHER_TOKENS;
    }

    /** Opens the block whose header is sound. @return false if it is damaged */
    boolean open(ByteBuffer header, MemorySegment stored, MemorySegment target) {
        return seal.open(about(header, BLOCK_GUARD_AT), stored, target, guard(header, BLOCK_GUARD_AT));
    }

    private static MemorySegment ids(ByteBuffer header) {
        return MemorySegment.ofBuffer(header.slice(TOKENS_AT, header.capacity() - TOKENS_AT));
    }

    private static ByteBuffer about(ByteBuffer header, int to) {
        return header.slice(SEAL_AT, to - SEAL_AT);
    }

    private static ByteBuffer guard(ByteBuffer header, int at) {
        return header.slice(at, BlockSeal.GUARD_BYTES);
    }

    private static long fingerprint(String layout) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(layout.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
