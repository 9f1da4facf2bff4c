package quern.actors.erase;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Looks through a stored file as it is read, unpacked where it is packed (gzip, zstd, zip). */
final class Contents {

    private static final int DEPTH_MAX = 3;
    private static final int MAGIC_BYTES = 4;
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b52ffd;
    private static final int ZIP = 0x504b0304;
    /** Of one file, unpacked: what claims to be more is a bomb. */
    private static final long BYTES_MAX = 8L << 30;

    private final ByteSearch search;
    private final BitSet found = new BitSet();
    private long bytes;

    private Contents(ByteSearch search) {
        this.search = search;
    }

    /** @param found names of what was found */
    record Look(BitSet found, long bytes) {}

    /** @throws IOException if it cannot be read; packed content that is damaged is looked at as it is */
    static Look at(Path file, ByteSearch search) throws IOException {
        Contents contents = new Contents(search);
        try (InputStream in = Files.newInputStream(file)) {
            contents.look(in, 0);
        } catch (java.io.EOFException | java.util.zip.ZipException | com.github.luben.zstd.ZstdIOException damaged) {
            try (InputStream in = Files.newInputStream(file)) {
                contents.look(in, DEPTH_MAX);
            }
        }
        return new Look(contents.found, contents.bytes);
    }

    static Look at(InputStream in, ByteSearch search) throws IOException {
        Contents contents = new Contents(search);
        contents.look(in, 0);
        return new Look(contents.found, contents.bytes);
    }

    private void look(InputStream raw, int depth) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw);
        in.mark(MAGIC_BYTES);
        byte[] head = in.readNBytes(MAGIC_BYTES);
        in.reset();
        int magic = head.length < MAGIC_BYTES ? 0 : java.nio.ByteBuffer.wrap(head).getInt();
        if (depth == DEPTH_MAX || bytes > BYTES_MAX) {
            bytes += search.search(in, found::set);
        } else if (magic >>> Short.SIZE == GZIP) {
            look(new GZIPInputStream(in), depth + 1);
        } else if (magic == ZSTD) {
            look(new ZstdInputStream(in), depth + 1);
        } else if (magic == ZIP) {
            ZipInputStream zip = new ZipInputStream(in);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                look(zip, depth + 1);
            }
        } else {
            bytes += search.search(in, found::set);
        }
    }
}
