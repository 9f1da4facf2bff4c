package quern.ingest.office;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * The entries of a zip file in memory, by its central directory (APPNOTE 4.3.12). Everything read of all entries
 * together counts against one limit of bytes and one of bytes out per byte of the file.
 */
final class ZipDirectory {

    private static final int ENTRIES_MAX = 10_000;
    private static final int END_BYTES = 22;
    private static final int END_MAGIC = 0x06054B50;
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_MAGIC = 0x02014B50;
    private static final int LOCAL_BYTES = 30;
    private static final long FREE_BYTES = 8L << 20;

    private record Entry(int method, int flags, long compressedBytes, long localFrom) {}

    private final ByteBuffer zip;
    private final long unfoldedBytesMax;
    private final Map<String, Entry> entries = new HashMap<>();
    private long unfolded;

    /** @throws Unreadable if it is no zip file, or parts of its directory are outside it */
    ZipDirectory(byte[] bytes, long unfoldedBytesMax, int ratioMax) throws Unreadable {
        this.zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.unfoldedBytesMax = Math.min(unfoldedBytesMax, Math.max(FREE_BYTES, (long) bytes.length * ratioMax));
        try {
            readDirectory(end());
        } catch (IndexOutOfBoundsException e) {
            throw new Unreadable("damaged zip directory");
        }
    }

    private int end() throws Unreadable {
        for (int at = zip.limit() - END_BYTES; at >= Math.max(0, zip.limit() - END_BYTES - 0xFFFF); at--) {
            if (zip.getInt(at) == END_MAGIC) {
                return at;
            }
        }
        throw new Unreadable("ends too early");
    }

    private void readDirectory(int end) throws Unreadable {
        int count = zip.getShort(end + 10) & 0xFFFF;
        long at = zip.getInt(end + 16) & 0xFFFFFFFFL;
        if (count > ENTRIES_MAX) {
            throw new Unreadable("office file of " + count + " entries");
        }
        for (int i = 0; i < count; i++) {
            int from = Math.toIntExact(at);
            if (zip.getInt(from) != ENTRY_MAGIC) {
                throw new Unreadable("damaged zip directory");
            }
            int nameBytes = zip.getShort(from + 28) & 0xFFFF;
            byte[] name = new byte[nameBytes];
            zip.get(from + ENTRY_BYTES, name);
            entries.putIfAbsent(new String(name, StandardCharsets.UTF_8), new Entry(zip.getShort(from + 10),
                    zip.getShort(from + 8), zip.getInt(from + 20) & 0xFFFFFFFFL, zip.getInt(from + 42) & 0xFFFFFFFFL));
            at += ENTRY_BYTES + nameBytes + (zip.getShort(from + 30) & 0xFFFF) + (zip.getShort(from + 32) & 0xFFFF);
        }
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    Set<String> names() {
        return entries.keySet();
    }

    /** The content of an entry; an absent one is an error of the file. */
    InputStream open(String name) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new Unreadable("office file without one of its parts");
        } else if ((entry.flags() & 1) != 0) {
            throw new Unreadable("office file needs a password");
        }
        int local = Math.toIntExact(Math.min(entry.localFrom(), Integer.MAX_VALUE));
        if (local > zip.limit() - LOCAL_BYTES) {
            throw new Unreadable("damaged zip directory");
        }
        int nameBytes = zip.getShort(local + 26) & 0xFFFF;
        int extraBytes = zip.getShort(local + 28) & 0xFFFF;
        long from = (long) local + LOCAL_BYTES + nameBytes + extraBytes;
        if (from + entry.compressedBytes() > zip.limit()) {
            throw new Unreadable("ends too early");
        }
        var stored = new ByteArrayInputStream(zip.array(), (int) from, (int) entry.compressedBytes());
        return switch (entry.method()) {
            case 0 -> new Limited(stored);
            case 8 -> new Limited(new InflaterInputStream(stored, new Inflater(true)));
            default -> throw new Unreadable("zip entry in an unknown compression");
        };
    }

    private final class Limited extends FilterInputStream {

        Limited(InputStream content) {
            super(content);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            unfolded += Math.max(0, read);
            if (unfolded > unfoldedBytesMax) {
                throw new LimitExceeded("office file unfolds beyond the limits");
            }
            return read;
        }
    }
}
