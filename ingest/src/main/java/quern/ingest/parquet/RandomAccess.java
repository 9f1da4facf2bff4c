package quern.ingest.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** One open channel as parquet-java wants a file. Its owner closes the channel. */
final class RandomAccess implements InputFile {

    private final SeekableByteChannel channel;

    RandomAccess(SeekableByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public long getLength() throws IOException {
        return channel.size();
    }

    @Override
    public SeekableInputStream newStream() {
        return new Stream(channel);
    }

    private static final class Stream extends SeekableInputStream {

        private final SeekableByteChannel channel;

        Stream(SeekableByteChannel channel) {
            super();
            this.channel = channel;
        }

        @Override
        public long getPos() throws IOException {
            return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
            if (position < 0 || position > channel.size()) {
                throw new EOFException("position outside the file");
            }
            channel.position(position);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(into, from, length));
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public void readFully(byte[] into) throws IOException {
            readFully(ByteBuffer.wrap(into));
        }

        @Override
        public void readFully(byte[] into, int from, int length) throws IOException {
            readFully(ByteBuffer.wrap(into, from, length));
        }

        @Override
        public void readFully(ByteBuffer into) throws IOException {
            while (into.hasRemaining()) {
                if (channel.read(into) < 0) {
                    throw new EOFException("file ends within a column");
                }
            }
        }
    }
}
