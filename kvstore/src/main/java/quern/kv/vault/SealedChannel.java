package quern.kv.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file as it was written, over its sealed form: {@link SealedHeader}, then a frame for each write of up to 64 KiB.
 * Grows at its end only and can be cut anywhere, so what was forced before a kill is never written again. A frame that
 * a kill left half-written is no part of the file for a writer; for a reader it is damage. Thread-safe; no mapping.
 */
final class SealedChannel extends FileChannel {

    private static final int TRANSFER_BYTES = 1 << 16;
    private static final int WINDOW_BYTES = 4096;

    private final FileChannel file;
    private final Path path;
    private final Seal seal;
    private final SealedHeader header;
    private final SealedFrame frame;
    private final boolean writable;
    private final byte[] sealed = new byte[SealedFrame.BYTES_MAX];
    private final byte[] plain = new byte[SealedFrame.PLAIN_BYTES_MAX];
    /** Part of the file where the next frames' words are looked for: small frames are many. */
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowAt;
    /** Where each frame known so far begins, and behind the last one where the next would. */
    private long[] plainAt = new long[16];
    private long[] fileAt = new long[16];
    private int frames;
    private int opened = -1;
    private long position;

    /** @param fresh whether the header has still to be written */
    SealedChannel(FileChannel file, Path path, Seal seal, SealedHeader header, boolean writable, boolean fresh)
            throws IOException {
        super();
        this.file = file;
        this.path = path;
        this.seal = seal;
        this.header = header;
        this.writable = writable;
        this.frame = new SealedFrame(header.bytes());
        fileAt[0] = SealedHeader.BYTES;
        if (fresh) {
            writeFully(ByteBuffer.wrap(header.bytes()), 0);
        }
    }

    SealedHeader header() {
        return header;
    }

    /** Learns of the next frame. @return false at the end of the file, or of its sound part for a writer */
    private boolean discover() throws IOException {
        long at = fileAt[frames];
        if (at < windowAt || at + SealedFrame.WORD_BYTES > windowAt + window.limit()) {
            window.clear();
            windowAt = at;
            window.limit(readFully(window.duplicate(), at));
        }
        int found = (int) (at - windowAt);
        if (found == window.limit()) {
            return false;
        }
        int bytes = found + SealedFrame.WORD_BYTES > window.limit()
                ? -1 : SealedFrame.plainBytes(window.getInt(found));
        long end = at + SealedFrame.OVERHEAD_BYTES + bytes;
        if (bytes < 0 || end > file.size()) {
            if (writable) {
                return false;
            }
            throw new SealBroken(path + " at byte " + at + ": expected a whole frame or the end of the file, found "
                    + (file.size() - at) + " bytes of another length");
        }
        add(bytes, end);
        return true;
    }

    private void add(int bytes, long end) {
        if (frames + 2 > fileAt.length) {
            plainAt = Arrays.copyOf(plainAt, 2 * plainAt.length);
            fileAt = Arrays.copyOf(fileAt, 2 * fileAt.length);
        }
        plainAt[frames + 1] = plainAt[frames] + bytes;
        fileAt[frames + 1] = end;
        frames++;
    }

    private long end() throws IOException {
        while (discover()) {
            continue;
        }
        return plainAt[frames];
    }

    /** Opens the frame that holds a byte. @return its index; negative behind the end */
    private int open(long at) throws IOException {
        while (plainAt[frames] <= at) {
            if (!discover()) {
                return -1;
            }
        }
        if (opened >= 0 && plainAt[opened] <= at && at < plainAt[opened + 1]) {
            return opened;
        }
        int found = Arrays.binarySearch(plainAt, 0, frames + 1, at);
        int index = found >= 0 ? found : -found - 2;
        while (plainAt[index + 1] == plainAt[index]) {
            index++;
        }
        int bytes = (int) (fileAt[index + 1] - fileAt[index]);
        opened = -1;
        if (readFully(ByteBuffer.wrap(sealed, 0, bytes), fileAt[index]) < bytes) {
            throw new SealBroken(path + " ends within the frame at byte " + fileAt[index]);
        }
        frame.index(index);
        try {
            int head = ByteBuffer.wrap(sealed).getInt(0);
            if (SealedFrame.plainBytes(head) != bytes - SealedFrame.OVERHEAD_BYTES) {
                throw new SealBroken("the frame's length is another now");
            }
            frame.open(seal, head, sealed, SealedFrame.WORD_BYTES, plain);
        } catch (SealBroken e) {
            throw new SealBroken(path + " at byte " + fileAt[index] + ": " + e.getMessage(), e);
        }
        opened = index;
        return index;
    }

    private int readFully(ByteBuffer into, long from) throws IOException {
        int count = 0;
        while (into.hasRemaining()) {
            int read = file.read(into, from + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    private void writeFully(ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += file.write(bytes, to);
        }
    }

    @Override
    public synchronized int read(ByteBuffer into, long from) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        // As full as can be: some readers take a short read for the end of a file.
        long at = from;
        for (int index = open(at); index >= 0; index = into.hasRemaining() ? open(at) : -1) {
            int count = (int) Math.min(into.remaining(), plainAt[index + 1] - at);
            into.put(plain, (int) (at - plainAt[index]), count);
            at += count;
        }
        return at == from ? -1 : (int) (at - from);
    }

    @Override
    public synchronized int read(ByteBuffer into) throws IOException {
        int count = read(into, position);
        position += Math.max(0, count);
        return count;
    }

    @Override
    public synchronized long read(ByteBuffer[] into, int from, int length) throws IOException {
        long total = 0;
        for (int i = from; i < from + length; i++) {
            while (into[i].hasRemaining()) {
                int count = read(into[i]);
                if (count < 0) {
                    return total == 0 ? -1 : total;
                }
                total += count;
            }
        }
        return total;
    }

    @Override
    public synchronized int write(ByteBuffer from, long at) throws IOException {
        if (at != end()) {
            throw new IOException(path + " is sealed and grows at its end only: expected a write at " + end()
                    + ", found one at " + at);
        }
        int total = 0;
        while (from.hasRemaining()) {
            int count = Math.min(from.remaining(), plain.length);
            opened = -1;
            from.duplicate().get(plain, 0, count);
            append(count);
            from.position(from.position() + count);
            total += count;
        }
        return total;
    }

    /** Seals the first bytes of {@link #plain} behind the last frame. */
    private void append(int count) throws IOException {
        window.limit(0);
        frame.index(frames);
        int bytes = frame.seal(seal, plain, 0, count, false, sealed);
        long at = fileAt[frames];
        if (file.size() > at) {
            file.truncate(at);
        }
        writeFully(ByteBuffer.wrap(sealed, 0, bytes), at);
        add(count, at + bytes);
    }

    @Override
    public synchronized int write(ByteBuffer from) throws IOException {
        int count = write(from, position);
        position += count;
        return count;
    }

    @Override
    public synchronized long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(from[i]);
        }
        return total;
    }

    @Override
    public synchronized FileChannel truncate(long size) throws IOException {
        if (size < end()) {
            int index = Arrays.binarySearch(plainAt, 0, frames + 1, size);
            int kept = index >= 0 ? index : -index - 2;
            int rest = (int) (size - plainAt[kept]);
            if (rest > 0) {
                open(size - 1);
            }
            frames = kept;
            window.limit(0);
            file.truncate(fileAt[kept]);
            opened = -1;
            if (rest > 0) {
                append(rest);
            }
        }
        position = Math.min(position, size);
        return this;
    }

    @Override
    public synchronized long size() throws IOException {
        return end();
    }

    @Override
    public synchronized long position() {
        return position;
    }

    @Override
    public synchronized FileChannel position(long at) {
        position = at;
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        file.force(metadata);
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(count, TRANSFER_BYTES));
        if (read(part, from) < 0) {
            return 0;
        }
        part.flip();
        int moved = 0;
        while (part.hasRemaining()) {
            moved += target.write(part);
        }
        return moved;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(count, TRANSFER_BYTES));
        return source.read(part) < 0 ? 0 : write(part.flip(), at);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long from, long size) {
        throw new UnsupportedOperationException(path + " is sealed and cannot be mapped");
    }

    @Override
    public FileLock lock(long from, long size, boolean shared) throws IOException {
        return file.lock(from, size, shared);
    }

    @Override
    public FileLock tryLock(long from, long size, boolean shared) throws IOException {
        return file.tryLock(from, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
