package quern.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import quern.kv.AtomicFile;
import quern.kv.vault.Seal;
import quern.kv.vault.SealedOutput;
import quern.kv.vault.Vault;

/**
 * One file of the journal: {@value #HEADER_BYTES} bytes of format name and marker, then {@link Frame}s. Named by the
 * position its first record has or will have. Written by one thread; each reader has a channel of its own.
 */
final class Segment implements AutoCloseable {

    static final String ENDING = ".segment";
    static final int HEADER_BYTES = 16;
    /** Records of this one are never sealed; it is still read, and written where encryption is off. */
    private static final long FORMAT_PLAIN = 0x515545524E444A31L;
    private static final long FORMAT = 0x515545524E444A32L;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FileChannel channel;
    private final long format;
    private final long marker;
    private final Vault vault;
    private long size;

    private Segment(Path path, FileChannel channel, long format, long marker, Vault vault) throws IOException {
        this.path = path;
        this.format = format;
        this.vault = vault;
        this.channel = channel;
        this.marker = marker;
        this.size = channel.size();
    }

    static Segment create(Path directory, long firstPosition, Vault vault) throws IOException {
        Path path = directory.resolve(String.format(Locale.ROOT, "%019d%s", firstPosition, ENDING));
        AtomicFile.write(path, header(FORMAT, RANDOM.nextLong()).array());
        return open(path, vault);
    }

    /** @throws IOException also if this is no segment of a known format */
    static Segment open(Path path, Vault vault) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        boolean whole = readFully(channel, header, 0) == HEADER_BYTES;
        if (!whole || header.getLong(0) != FORMAT && header.getLong(0) != FORMAT_PLAIN) {
            channel.close();
            throw new IOException(path + " is not a document segment of a known format");
        }
        return new Segment(path, channel, header.getLong(0), header.getLong(8), vault);
    }

    private static ByteBuffer header(long format, long marker) {
        return ByteBuffer.allocate(HEADER_BYTES).putLong(format).putLong(marker).flip();
    }

    static long firstPosition(Path path) {
        String name = path.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - ENDING.length()));
    }

    Path path() {
        return path;
    }

    /** Whether sealed records may be written to it: an older version that knows none must not find any. */
    boolean maySeal() {
        return format == FORMAT;
    }

    Vault vault() {
        return vault;
    }

    long marker() {
        return marker;
    }

    long size() {
        return size;
    }

    FileChannel channel() {
        return channel;
    }

    /**
     * Writes a record at the end, not forced.
     *
     * @param plainBytes of the body as it is given
     * @param seal the document's, where head and body are to be sealed
     * @return where its body begins
     */
    long append(long position, Frame.Meta meta, InputStream body, long plainBytes, Optional<Seal> seal)
            throws IOException {
        boolean sealsBody = seal.isPresent() && meta instanceof Frame.Arrival;
        long bodyBytes = sealsBody ? SealedOutput.sealedBytes(plainBytes) : plainBytes;
        byte[] head = Frame.head(marker, position, meta, bodyBytes, seal);
        long bodyFrom = write(ByteBuffer.wrap(head), size);
        var tail = new Tail(bodyFrom);
        OutputStream sealed = sealsBody
                ? new SealedOutput(tail, seal.get(), Frame.context(Frame.BODY, meta.id())) : tail;
        try (OutputStream out = sealed) {
            body.transferTo(out);
        }
        if (tail.at - bodyFrom != bodyBytes) {
            throw new IOException("body of " + (tail.at - bodyFrom) + " stored bytes, expected " + bodyBytes);
        }
        size = write(ByteBuffer.allocate(Frame.CRC_BYTES).putInt(0, (int) tail.crc.getValue()), tail.at);
        return bodyFrom;
    }

    /** Writes behind the segment's end and sums what it writes. */
    private final class Tail extends OutputStream {

        private final CRC32C crc = new CRC32C();
        private long at;

        Tail(long from) {
            super();
            this.at = from;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            crc.update(bytes, from, length);
            at = Segment.this.write(ByteBuffer.wrap(bytes, from, length), at);
        }
    }

    private long write(ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
        return to;
    }

    void force() throws IOException {
        channel.force(false);
    }

    void truncate(long newSize) throws IOException {
        channel.truncate(newSize);
        channel.force(true);
        size = newSize;
    }

    static int readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        int count = 0;
        while (into.hasRemaining()) {
            int read = channel.read(into, from + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    /** The body as a stream that throws {@link DocumentDamaged} instead of its end if the checksum differs. */
    InputStream body(long from, long bytes) throws IOException {
        FileChannel own = FileChannel.open(path, StandardOpenOption.READ);
        ByteBuffer crc = ByteBuffer.allocate(Frame.CRC_BYTES);
        readFully(own, crc, from + bytes);
        own.position(from);
        return new CheckedBody(Channels.newInputStream(own), bytes, crc.getInt(0), path.getFileName() + " at " + from);
    }

    boolean isIntact(long from, long bytes) throws IOException {
        try (InputStream body = body(from, bytes)) {
            body.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (DocumentDamaged e) {
            return false;
        }
    }

    /** Replaces the file by one with only the records to keep, and opens that; this object is then closed. */
    Segment rewrite(List<SegmentScan.Found> records, Predicate<SegmentScan.Found> keep) throws IOException {
        AtomicFile.write(path, target -> {
            target.write(header(format, marker));
            for (SegmentScan.Found found : records) {
                if (keep.test(found)) {
                    copy(found.from(), found.frame().totalBytes(), target);
                }
            }
        });
        close();
        return open(path, vault);
    }

    private void copy(long from, long bytes, FileChannel target) throws IOException {
        long done = 0;
        while (done < bytes) {
            long moved = channel.transferTo(from + done, bytes - done, target);
            if (moved <= 0) {
                throw new IOException(path + " ends within a record");
            }
            done += moved;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class CheckedBody extends InputStream {

        private final CheckedInputStream checked;
        private final int expected;
        private final String where;
        private long left;

        CheckedBody(InputStream body, long bytes, int expected, String where) {
            super();
            this.checked = new CheckedInputStream(body, new CRC32C());
            this.left = bytes;
            this.expected = expected;
            this.where = where;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left == 0) {
                return end();
            }
            int count = checked.read(into, from, (int) Math.min(length, left));
            if (count < 0) {
                throw new DocumentDamaged(where);
            }
            left -= count;
            return count;
        }

        private int end() {
            if ((int) checked.getChecksum().getValue() != expected) {
                throw new DocumentDamaged(where);
            }
            return -1;
        }

        @Override
        public void close() throws IOException {
            checked.close();
        }
    }
}
