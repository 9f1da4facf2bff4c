package quern.kv;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One file of equal slots behind a page that says what they are. Written through the channel, so that a full disk is an
 * exception; read through a mapping, so that a read is one copy. The file is sparse until slots are written.
 *
 * <p>A slot's state word is cleared before and written after everything else in it, so a slot that a dying process left
 * half-written is not sealed. Not thread-safe for writes; reads of other slots may run beside them.
 */
final class SlotFile implements AutoCloseable {

    private static final long MAGIC = 0x31564b4e52455551L;
    private static final int PAGE_BYTES = 4096;

    private final BlockImage image;
    private final long strideBytes;
    private final int slots;
    private final FileChannel channel;
    private final java.lang.foreign.Arena mapping;
    private final MemorySegment mapped;
    private final boolean kept;

    private SlotFile(BlockImage image, long strideBytes, int slots, FileChannel channel, boolean kept)
            throws IOException {
        this.image = image;
        this.strideBytes = strideBytes;
        this.slots = slots;
        this.channel = channel;
        this.kept = kept;
        mapping = java.lang.foreign.Arena.ofShared();
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), mapping);
    }

    static long strideBytes(BlockImage image) {
        return (image.bytes() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** Opens the file if it holds exactly such slots, and starts anew otherwise. */
    static SlotFile open(Path path, BlockImage image, int slots) throws IOException {
        long stride = strideBytes(image);
        ByteBuffer page = page(image, stride, slots);
        long bytes = PAGE_BYTES + stride * slots;
        boolean kept = Files.exists(path) && Files.size(path) == bytes && holds(path, page);
        if (!kept) {
            Files.deleteIfExists(path);
        }
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!kept) {
                writeFully(channel, ByteBuffer.allocate(1), bytes - 1);
                writeFully(channel, page, 0);
            }
            return new SlotFile(image, stride, slots, channel, kept);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteBuffer page(BlockImage image, long stride, int slots) {
        return ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC).putLong(stride).putLong(slots).putLong(image.blockBytes())
                .putLong(image.tokensMax()).putLong(image.layout()).clear();
    }

    private static boolean holds(Path path, ByteBuffer page) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer found = ByteBuffer.allocate(page.capacity());
            return channel.read(found, 0) == page.capacity() && found.flip().equals(page.duplicate());
        }
    }

    /** Whether slots of an earlier process were found. */
    boolean kept() {
        return kept;
    }

    int slots() {
        return slots;
    }

    /** Reads a slot's header without touching the mapping, so that a scan of all slots maps nothing. */
    ByteBuffer readHeader(int slot) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(image.headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (header.hasRemaining()) {
            if (channel.read(header, offset(slot) + header.position()) < 0) {
                throw new IOException("slot " + slot + " ends after " + header.position() + " bytes");
            }
        }
        return header.flip();
    }

    /** Opens a slot's block into {@code target} and says whose it is; empty if it is damaged. */
    Optional<BlockHead> readBlock(int slot, MemorySegment target) throws IOException {
        ByteBuffer header = readHeader(slot);
        try {
            return image.head(header).filter(head -> image.open(header, block(slot), target));
        } catch (InternalError e) {
            throw beyond(slot, e);
        }
    }

    /** Opens a slot's block into {@code target} and compares it with what was asked for. */
    BlockImage.Match read(int slot, BlockKey key, int[] tokens, MemorySegment target) throws IOException {
        ByteBuffer header = readHeader(slot);
        try {
            return image.open(header, block(slot), target, key, tokens);
        } catch (InternalError e) {
            throw beyond(slot, e);
        }
    }

    private static IOException beyond(int slot, InternalError cause) {
        return new IOException("slot " + slot + " lies behind the end of its file", cause);
    }

    private MemorySegment block(int slot) {
        return mapped.asSlice(offset(slot) + image.headerBytes(), image.blockBytes());
    }

    void write(int slot, BlockKey key, int[] tokens, MemorySegment block) throws IOException {
        clear(slot);
        BlockImage.Sealed sealed = image.seal(key, tokens, block);
        ByteBuffer header = sealed.header();
        int state = header.getInt(BlockImage.STATE_AT);
        header.putInt(BlockImage.STATE_AT, 0);
        writeFully(channel, header, offset(slot));
        writeFully(channel, sealed.bytes().asByteBuffer(), offset(slot) + image.headerBytes());
        writeState(slot, state);
    }

    void clear(int slot) throws IOException {
        writeState(slot, 0);
    }

    private void writeState(int slot, int state) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, state);
        writeFully(channel, word, offset(slot) + BlockImage.STATE_AT);
    }

    private long offset(int slot) {
        return PAGE_BYTES + slot * strideBytes;
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    @Override
    public void close() throws IOException {
        mapping.close();
        channel.close();
    }
}
