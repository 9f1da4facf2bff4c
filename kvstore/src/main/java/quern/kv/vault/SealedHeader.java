package quern.kv.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The beginning of a sealed file: {@code magic:16 item:17 stream:16 zero:11 crc32c:4}. It names the item whose key
 * opens the file, wherever the file is moved; all of it is bound to each frame. The stream number is random, so that
 * no frame fits into another file of the item.
 */
record SealedHeader(ItemRef item, byte[] bytes) {

    static final int BYTES = 64;

    private static final byte[] MAGIC = "\u0000quern\u0001sealed\u0002\n\u0003".getBytes(StandardCharsets.ISO_8859_1);
    private static final int ITEM_AT = 16;
    private static final int STREAM_AT = ITEM_AT + ItemRef.BYTES;
    private static final int STREAM_BYTES = 16;
    private static final int CRC_AT = BYTES - Integer.BYTES;
    /** A file with so many bytes of the magic is a damaged sealed one, not a plain one. */
    private static final int ALIKE_BYTES_MIN = 8;

    static SealedHeader of(ItemRef item) {
        ByteBuffer header = ByteBuffer.allocate(BYTES).put(MAGIC).put(item.bytes()).put(Seal.randomBytes(STREAM_BYTES));
        header.putInt(CRC_AT, crc(header.array()));
        return new SealedHeader(item, header.array());
    }

    /**
     * The header of a file; empty if it is plain, or so short that nothing was ever sealed in it.
     *
     * @throws SealBroken if it is a damaged one
     */
    static Optional<SealedHeader> read(FileChannel file, Object name) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BYTES);
        while (header.hasRemaining() && file.read(header, header.position()) >= 0) {
            // A channel may give less than asked for.
        }
        int alike = 0;
        for (int i = 0; i < Math.min(MAGIC.length, header.position()); i++) {
            alike += header.get(i) == MAGIC[i] ? 1 : 0;
        }
        if (alike < ALIKE_BYTES_MIN || header.position() < BYTES) {
            return Optional.empty();
        }
        KeyCollection collection = KeyCollection.ofCode(header.get(ITEM_AT));
        if (alike < MAGIC.length || collection == null || header.getInt(CRC_AT) != crc(header.array())) {
            throw new SealBroken(name + ": the header of a sealed file is damaged, its checksum is another");
        }
        long high = header.getLong(ITEM_AT + 1);
        return Optional.of(new SealedHeader(
                new ItemRef(collection, high, header.getLong(ITEM_AT + 1 + Long.BYTES)), header.array()));
    }

    /** Whether a file is the beginning of a header and nothing else, as a kill may leave it. */
    static boolean isTorn(FileChannel file) throws IOException {
        long size = file.size();
        if (size == 0 || size >= BYTES) {
            return false;
        }
        ByteBuffer begun = ByteBuffer.allocate((int) Math.min(size, MAGIC.length));
        file.read(begun, 0);
        return begun.flip().equals(ByteBuffer.wrap(MAGIC, 0, begun.limit()));
    }

    private static int crc(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, CRC_AT);
        return (int) crc.getValue();
    }
}
