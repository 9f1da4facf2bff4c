package quern.kv;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * One file of equal slots behind a page that says what they are. Written through the channel, so that a full disk is an
 * exception; read through a mapping, so that a read is one copy. The file grows a stretch of slots at a time, when one
 * of them is first written, and is sparse until then.
 *
 * <p>A slot's state word is cleared with the first page of its header, and written after everything else in it, so a
 * slot that a dying process left half-written is not sealed. One thread writes; reads of other slots may run beside it.
 *
 * <p>Blocks are copied into the arena and checked there, never read by kernels where they lie. Compiled vector code
 * that meets the end of a file somebody made shorter ends the whole process by SIGBUS (tried; a copy gets an error),
 * and what was checked in a file may be another by the time it is used. The copy that would fall away is 35 µs of a
 * block of 400 KB, 2 ms of a prompt of 2,000 tokens.
 */
final class SlotFile implements AutoCloseable {

    private static final long MAGIC = 0x32564b4e52455551L;
    private static final int PAGE_BYTES = 4096;
    private static final int IDENTITY_BYTES = 40;
    private static final long STRETCH_BYTES = 64L << 20;
    private static final int STRETCHES_MIN = 16;

    private final BlockImage image;
    private final long strideBytes;
    private final int slots;
    private final int stretchSlots;
    private final FileChannel channel;
    private final java.lang.foreign.Arena mapping = java.lang.foreign.Arena.ofShared();
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 16);
    private final boolean kept;
    private volatile MemorySegment[] mapped = {};

    private SlotFile(BlockImage image, int slots, FileChannel channel, boolean kept) {
        this.image = image;
        this.strideBytes = strideBytes(image);
        this.slots = slots;
        this.channel = channel;
        this.kept = kept;
        stretchSlots = (int) Math.max(1, Math.min(slots / STRETCHES_MIN, STRETCH_BYTES / strideBytes));
    }

    static long strideBytes(BlockImage image) {
        return (image.bytes() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** Opens the file if it holds such slots, as many of them as there may be, and starts anew otherwise. */
    static SlotFile open(Path path, BlockImage image, int slots) throws IOException {
        ByteBuffer page = page(image);
        boolean kept = Files.exists(path) && holds(path, page);
        if (!kept) {
            Files.deleteIfExists(path);
            OwnerOnly.createFile(path);
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SlotFile file = new SlotFile(image, slots, channel, kept);
        try {
            if (!kept) {
                writeFully(channel, page, 0);
            }
            if (channel.size() > file.offset(slots)) {
                channel.truncate(file.offset(slots));
            }
            file.extend((int) Math.ceilDiv(Math.max(0, channel.size() - PAGE_BYTES), file.strideBytes));
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ByteBuffer page(BlockImage image) {
        return ByteBuffer.allocate(IDENTITY_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC).putLong(strideBytes(image)).putLong(image.blockBytes())
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

    /** The most slots there may be. */
    int slots() {
        return slots;
    }

    /** Slots that the file has room for now. */
    int present() {
        return Math.min(slots, mapped.length * stretchSlots);
    }

    /** Bytes that the file would have with room for a slot. */
    long bytesWith(int slot) {
        return offset(Math.min(slots, Math.max(present(), (slot / stretchSlots + 1) * stretchSlots)));
    }

    /** Makes room for this many slots. */
    private void extend(int wanted) throws IOException {
        for (int from = mapped.length * stretchSlots; from < wanted; from += stretchSlots) {
            long end = offset(Math.min(slots, from + stretchSlots));
            if (channel.size() < end) {
                writeFully(channel, ByteBuffer.allocate(1), end - 1);
            }
            MemorySegment[] more = Arrays.copyOf(mapped, mapped.length + 1);
            more[mapped.length] =
                    channel.map(FileChannel.MapMode.READ_ONLY, offset(from), end - offset(from), mapping);
            mapped = more;
        }
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
        return mapped[slot / stretchSlots]
                .asSlice(slot % stretchSlots * strideBytes + image.headerBytes(), image.blockBytes());
    }

    /** @return false if the block's bytes were overwritten meanwhile: the slot is not sealed then */
    boolean write(int slot, BlockKey key, int[] tokens, BlockSource block) throws IOException {
        extend(slot + 1);
        BlockImage.Sealed sealed = image.seal(key, tokens, block.bytes());
        ByteBuffer header = sealed.header();
        int state = header.getInt(BlockImage.STATE_AT);
        header.putInt(BlockImage.STATE_AT, 0);
        writeFully(channel, header, offset(slot));
        writeFully(channel, sealed.bytes().asByteBuffer(), offset(slot) + image.headerBytes());
        if (!block.isWhole()) {
            return false;
        }
        writeState(slot, state);
        return true;
    }

    /** Unseals a slot; what it holds stays until it is written again. */
    void clear(int slot) throws IOException {
        writeState(slot, 0);
    }

    /** Overwrites all of a slot with zeros. */
    void wipe(int slot) throws IOException {
        clear(slot);
        for (long at = offset(slot); at < offset(slot + 1); at += zeros.capacity()) {
            writeFully(channel, zeros.duplicate().limit((int) Math.min(zeros.capacity(), offset(slot + 1) - at)), at);
        }
    }

    void force() throws IOException {
        channel.force(false);
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
