package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads what a {@link SignatureLog} wrote: in passes through a buffer, and single ids by their place. */
final class SignatureFile implements Signatures, AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 18;
    private static final int ID_BYTES_MAX = 1 << 20;

    private final Path path;
    private final FileChannel signatures;
    private final FileChannel ids;
    private final int stride;
    private final int count;

    SignatureFile(Path directory, String name, int signatureBytes) {
        path = directory.resolve(name + SignatureLog.SIGNATURES);
        stride = Long.BYTES + signatureBytes;
        try {
            ids = FileChannel.open(directory.resolve(name + SignatureLog.IDS), StandardOpenOption.READ);
            signatures = FileChannel.open(path, StandardOpenOption.READ);
            long size = signatures.size();
            if (size % stride != 0 || size / stride >= Integer.MAX_VALUE) {
                close();
                throw new RunException(path + " has " + size + " bytes, expected a multiple of " + stride
                        + " and less than " + Integer.MAX_VALUE + " entries");
            }
            count = (int) (size / stride);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** The name of its two files without their endings. */
    String name() {
        String file = path.getFileName().toString();
        return file.substring(0, file.length() - SignatureLog.SIGNATURES.length());
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public FilePass pass() {
        return new FilePass();
    }

    /** The id of one entry, read from disk. */
    String idOf(int entry) {
        ByteBuffer place = ByteBuffer.allocate(Long.BYTES);
        readFully(signatures, place, (long) entry * stride);
        long at = place.getLong(0);
        return idAt(at < 0 ? ~at : at);
    }

    /** The id at a place that {@link SignatureLog#appendId} or {@link FilePass#idAt} gave. */
    String idAt(long at) {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        readFully(ids, length, at);
        if (length.getInt(0) < 0 || length.getInt(0) > ID_BYTES_MAX) {
            throw new RunException(path + ": id at " + at + " has " + length.getInt(0) + " bytes, expected 0 to "
                    + ID_BYTES_MAX);
        }
        ByteBuffer id = ByteBuffer.allocate(length.getInt(0));
        readFully(ids, id, at + Integer.BYTES);
        return new String(id.array(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try (signatures; ids) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    private void readFully(FileChannel channel, ByteBuffer into, long at) {
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, at + into.position()) < 0) {
                    throw new RunException(path + " or its ids end before byte " + (at + into.limit()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** Reads ahead by a buffer; the file's channel is shared, its position is not used. */
    final class FilePass implements Pass {

        private final ByteBuffer buffer = ByteBuffer.allocate(Math.max(1, BUFFER_BYTES / stride) * stride).limit(0);
        private int read;
        private int at = -stride;

        @Override
        public boolean next() {
            at += stride;
            if (at < buffer.limit()) {
                return true;
            }
            int entries = Math.min(buffer.capacity() / stride, count - read);
            if (entries == 0) {
                return false;
            }
            buffer.clear().limit(entries * stride);
            readFully(signatures, buffer, (long) read * stride);
            read += entries;
            at = 0;
            return true;
        }

        /** Place of this sample's id. */
        long idAt() {
            long place = buffer.getLong(at);
            return place < 0 ? ~place : place;
        }

        @Override
        public boolean isPresent() {
            return buffer.getLong(at) >= 0;
        }

        @Override
        public long longAt(int byteAt) {
            return buffer.getLong(at + Long.BYTES + byteAt);
        }

        @Override
        public void close() {
            buffer.limit(0);
        }
    }
}
