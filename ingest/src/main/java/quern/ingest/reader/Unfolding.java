package quern.ingest.reader;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import quern.ingest.LimitExceeded;
import quern.ingest.MediaType;

/** A decompressed stream that fails once it grows beyond a size, or beyond a multiple of what was read for it. */
final class Unfolding extends FilterInputStream {

    private static final int BUFFER_BYTES = 1 << 16;
    /** Below this many bytes no ratio is suspicious. */
    private static final long RATIO_FREE_BYTES = 1 << 20;
    private static final int ZSTD_WINDOW_LOG_MAX = 27;

    private final Counting compressed;
    private final ReadLimits limits;
    private long count;

    private Unfolding(InputStream decompressed, Counting compressed, ReadLimits limits) {
        super(decompressed);
        this.compressed = compressed;
        this.limits = limits;
    }

    /** The entries of a zip archive, one after the other, under one limit together. */
    static Unfolding ofZip(InputStream input, ReadLimits limits, UnaryOperator<InputStream> entries) {
        var compressed = new Counting(input);
        return new Unfolding(entries.apply(compressed), compressed, limits);
    }

    static InputStream of(MediaType type, InputStream input, ReadLimits limits) throws IOException {
        var compressed = new Counting(input);
        if (type == MediaType.GZIP) {
            return new Unfolding(new GZIPInputStream(compressed, BUFFER_BYTES), compressed, limits);
        }
        var zstd = new ZstdInputStreamNoFinalizer(compressed);
        zstd.setLongMax(ZSTD_WINDOW_LOG_MAX);
        return new Unfolding(zstd, compressed, limits);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int read = super.read(into, from, length);
        if (read > 0) {
            count += read;
            check();
        }
        return read;
    }

    private void check() throws LimitExceeded {
        if (count > limits.unfoldedBytesMax()) {
            throw new LimitExceeded("unfolds into more than archive-max");
        }
        if (count > RATIO_FREE_BYTES && count / limits.ratioMax() > compressed.count) {
            throw new LimitExceeded("unfolds into more than decompression-ratio-max times its size");
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private static final class Counting extends FilterInputStream {

        private long count;

        Counting(InputStream input) {
            super(input);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
