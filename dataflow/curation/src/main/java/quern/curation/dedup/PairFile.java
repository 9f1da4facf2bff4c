package quern.curation.dedup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Pairs in a file, twelve bytes each. */
final class PairFile {

    private PairFile() {}

    /** Writes a new file; not forced to disk, since it is made again after a kill. */
    static final class Writer implements AutoCloseable {

        private final FileChannel channel;
        private final ByteBuffer buffer;

        Writer(Path path, int bufferPairs) {
            buffer = ByteBuffer.allocate(bufferPairs * PairSorter.PAIR_BYTES);
            try {
                channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(path.toString(), e);
            }
        }

        void add(long key, int sample) {
            if (!buffer.hasRemaining()) {
                drain();
            }
            buffer.putLong(key).putInt(sample);
        }

        private void drain() {
            try {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            } catch (IOException e) {
                throw new UncheckedIOException("writing pairs", e);
            }
        }

        @Override
        public void close() {
            drain();
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException("writing pairs", e);
            }
        }
    }

    /** Reads a file from its beginning. */
    static final class Reader implements Pairs {

        private final FileChannel channel;
        private final ByteBuffer buffer;
        private long key;
        private int sample;

        Reader(Path path, int bufferPairs) {
            buffer = ByteBuffer.allocate(bufferPairs * PairSorter.PAIR_BYTES).limit(0);
            try {
                channel = FileChannel.open(path, StandardOpenOption.READ);
            } catch (IOException e) {
                throw new UncheckedIOException(path.toString(), e);
            }
        }

        @Override
        public boolean next() {
            if (!buffer.hasRemaining()) {
                fill();
                if (!buffer.hasRemaining()) {
                    return false;
                }
            }
            key = buffer.getLong();
            sample = buffer.getInt();
            return true;
        }

        private void fill() {
            try {
                buffer.clear();
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                    continue;
                }
                buffer.flip();
            } catch (IOException e) {
                throw new UncheckedIOException("reading pairs", e);
            }
        }

        @Override
        public long key() {
            return key;
        }

        @Override
        public int sample() {
            return sample;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException("reading pairs", e);
            }
        }
    }
}
