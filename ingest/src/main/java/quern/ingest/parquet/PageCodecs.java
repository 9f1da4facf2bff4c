package quern.ingest.parquet;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * Pages out of snappy, gzip, zstd and raw LZ4, and into zstd. A page that says it unfolds into more than the limits
 * allow is refused before there is memory for it.
 */
final class PageCodecs implements CompressionCodecFactory {

    private static final long FREE_BYTES = 8L << 20;
    private static final int ZSTD_LEVEL = 3;

    private final long pageBytesMax;
    private final int ratioMax;

    PageCodecs(long pageBytesMax, int ratioMax) {
        this.pageBytesMax = pageBytesMax;
        this.ratioMax = ratioMax;
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW -> new Decompressor(codec);
            default -> throw new UncheckedIOException(new Unreadable(
                    "parquet pages in " + codec.name().toLowerCase(Locale.ROOT) + " are not read"));
        };
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return new ZstdCompressor();
    }

    @Override
    public void release() {}

    private final class Decompressor implements BytesInputDecompressor {

        private final CompressionCodecName codec;

        Decompressor(CompressionCodecName codec) {
            this.codec = codec;
        }

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            if (codec == CompressionCodecName.UNCOMPRESSED) {
                return bytes;
            }
            long allowed = Math.min(pageBytesMax, Math.max(FREE_BYTES, bytes.size() * ratioMax));
            if (size < 0 || size > allowed) {
                throw new LimitExceeded("parquet page unfolds beyond the limits");
            }
            byte[] page = new byte[size];
            if (unfold(bytes.toInputStream().readAllBytes(), page) != size) {
                throw new Unreadable("parquet page of another size than it says");
            }
            return BytesInput.from(page);
        }

        private int unfold(byte[] from, byte[] page) throws IOException {
            return switch (codec) {
                case SNAPPY -> new SnappyDecompressor().decompress(from, 0, from.length, page, 0, page.length);
                case LZ4_RAW -> new Lz4Decompressor().decompress(from, 0, from.length, page, 0, page.length);
                case ZSTD -> (int) Zstd.decompressByteArray(page, 0, page.length, from, 0, from.length);
                default -> {
                    try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(from))) {
                        yield gzip.readNBytes(page, 0, page.length);
                    }
                }
            };
        }

        @Override
        public void decompress(ByteBuffer from, int fromBytes, ByteBuffer into, int size) throws IOException {
            byte[] bytes = new byte[fromBytes];
            from.get(bytes);
            into.put(decompress(BytesInput.from(bytes), size).toInputStream().readAllBytes());
        }

        @Override
        public void release() {}
    }

    private static final class ZstdCompressor implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return BytesInput.from(Zstd.compress(bytes.toInputStream().readAllBytes(), ZSTD_LEVEL));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {}
    }
}
