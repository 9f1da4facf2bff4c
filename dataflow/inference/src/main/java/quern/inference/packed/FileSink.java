package quern.inference.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** Writes all matrices to one file that nobody knows yet. */
final class FileSink implements PackedSink {

    private final FileChannel channel;
    private long end = PackedDirectory.HEAD_BYTES;

    FileSink(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public long begin(String tensor) {
        end = Math.ceilDiv(end, PackedTensor.ALIGNMENT) * PackedTensor.ALIGNMENT;
        return end;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        end += write(bytes, end);
    }

    private int write(ByteBuffer bytes, long at) throws IOException {
        int count = bytes.remaining();
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
        return count;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public PackedDirectory finish(String fingerprint, String packing, List<PackedTensor> tensors) throws IOException {
        var directory = new PackedDirectory(fingerprint, packing, List.of(), List.copyOf(tensors), end);
        byte[] bytes = directory.encode();
        write(ByteBuffer.wrap(bytes), end);
        write(ByteBuffer.wrap(directory.headBytes(bytes)), 0);
        channel.force(true);
        return directory;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
