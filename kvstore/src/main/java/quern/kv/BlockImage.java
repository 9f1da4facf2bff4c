package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How a block is stored: a header, then the block's bytes. Little-endian: magic (4), state (4), CRC-32C of everything
 * behind it (4), token count (4), layout fingerprint (8), key (32), token ids (4 each, room for the most), zeros up to
 * a multiple of 64.
 *
 * @param headerBytes room before the block's bytes
 */
record BlockImage(long blockBytes, int tokensMax, long layout, int headerBytes) {

    static final int MAGIC = 0x544c5351;
    static final int SEALED = 0x4c414553;
    static final int STATE_AT = 4;

    private static final int CRC_AT = 8;
    private static final int COUNT_AT = 12;
    private static final int LAYOUT_AT = 16;
    private static final int KEY_AT = 24;
    private static final int TOKENS_AT = KEY_AT + BlockKey.BYTES;
    private static final int ALIGNMENT_BYTES = 64;

    static BlockImage of(long blockBytes, int tokensMax, String layout) {
        int bytes = TOKENS_AT + tokensMax * Integer.BYTES;
        return new BlockImage(
                blockBytes, tokensMax, fingerprint(layout),
                (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES);
    }

    long bytes() {
        return headerBytes + blockBytes;
    }

    /** The header of a sealed block. */
    ByteBuffer header(BlockKey key, int[] tokens, MemorySegment block) {
        ByteBuffer header = ByteBuffer.allocate(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putInt(SEALED).putInt(0).putInt(tokens.length).putLong(layout).put(key.bytes());
        for (int token : tokens) {
            header.putInt(token);
        }
        header.clear();
        header.putInt(CRC_AT, crc(header, block));
        return header;
    }

    /** Whether a header starts a sealed block of this layout; its checksum has not been compared yet. */
    boolean sealed(ByteBuffer header) {
        return header.getInt(0) == MAGIC && header.getInt(STATE_AT) == SEALED && header.getLong(LAYOUT_AT) == layout;
    }

    BlockKey key(ByteBuffer header) {
        byte[] key = new byte[BlockKey.BYTES];
        header.get(KEY_AT, key);
        return BlockKey.ofBytes(key);
    }

    /** What a header says, checked against the block's bytes. */
    StoredBlock stored(ByteBuffer header, MemorySegment block) {
        boolean sound = sealed(header) && header.getInt(CRC_AT) == crc(header, block);
        int count = header.getInt(COUNT_AT);
        int[] tokens = new int[sound && count >= 0 && count <= tokensMax ? count : 0];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = header.getInt(TOKENS_AT + i * Integer.BYTES);
        }
        return new StoredBlock(key(header), tokens, sound);
    }

    /** What a comparison of stored bytes with what was asked for found. */
    enum Match {
        EQUAL,
        /** Sound, but of other tokens: two different blocks with one key. */
        OTHER_TOKENS,
        DAMAGED
    }

    Match match(ByteBuffer header, MemorySegment block, BlockKey key, int[] tokens) {
        StoredBlock stored = stored(header, block);
        if (!stored.sound() || !stored.key().equals(key)) {
            return Match.DAMAGED;
        }
        return Arrays.equals(stored.tokens(), tokens) ? Match.EQUAL : Match.OTHER_TOKENS;
    }

    private int crc(ByteBuffer header, MemorySegment block) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(COUNT_AT).limit(headerBytes));
        crc.update(block.asByteBuffer());
        return (int) crc.getValue();
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
