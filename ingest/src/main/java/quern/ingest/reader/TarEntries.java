package quern.ingest.reader;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import quern.ingest.Unreadable;

/**
 * The files of a tar archive (POSIX pax, ustar and GNU names) as they come in its stream; links and devices are
 * refused.
 */
final class TarEntries implements Entries {

    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES_MAX = 1 << 16;

    private final InputStream input;
    private final String archive;
    private final Manner manner;
    private final byte[] header = new byte[BLOCK_BYTES];
    private long left;
    private long padding;
    private String longName;
    private long longSize = -1;

    TarEntries(InputStream input, String archive, Manner manner) {
        this.input = input;
        this.archive = archive;
        this.manner = manner;
    }

    @Override
    public Entry next() throws IOException {
        while (true) {
            input.skipNBytes(left + padding);
            left = 0;
            padding = 0;
            if (!readHeader()) {
                return null;
            }
            char type = (char) header[156];
            long size = longSize >= 0 && type != 'x' && type != 'L' ? longSize : number(124, 12);
            left = size;
            padding = -size & BLOCK_BYTES - 1;
            if (type == 'L' || type == 'x') {
                extension(type);
                continue;
            }
            String name = longName == null ? name() : longName;
            longName = null;
            longSize = -1;
            if (!EntryNames.isSafe(name)) {
                return Entry.refused(name, "archive entry with an unsafe name");
            } else if (type == '5' || type == 'g' || EntryNames.isHidden(name)) {
                continue;
            } else if (type != '0' && type != 0 && type != '7') {
                return Entry.refused(name, "archive entry is no file");
            }
            return new Entry(name, "", new Body(), EntryNames.fields(archive, name, manner), null);
        }
    }

    /** False at the archive's end: a block of zeros, or no more bytes. */
    private boolean readHeader() throws IOException {
        int count = input.readNBytes(header, 0, BLOCK_BYTES);
        if (count == 0) {
            return false;
        } else if (count < BLOCK_BYTES) {
            throw new EOFException();
        }
        long sum = 0;
        boolean zeros = true;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            zeros &= header[i] == 0;
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
        }
        if (!zeros && sum != number(148, 8)) {
            throw new Unreadable("damaged tar header");
        }
        return !zeros;
    }

    /** Octal, or base 256 where the first bit is set. */
    private long number(int from, int length) throws Unreadable {
        long value = 0;
        if ((header[from] & 0x80) != 0) {
            for (int i = from + length - 8; i < from + length; i++) {
                value = value << 8 | header[i] & 0xFF;
            }
        } else {
            for (int i = from; i < from + length; i++) {
                if (header[i] >= '0' && header[i] <= '7') {
                    value = value << 3 | header[i] - '0';
                } else if (header[i] != ' ' && header[i] != 0) {
                    throw new Unreadable("damaged tar header");
                }
            }
        }
        if (value < 0) {
            throw new Unreadable("damaged tar header");
        }
        return value;
    }

    private String name() {
        String name = text(0, 100);
        boolean ustar = new String(header, 257, 5, StandardCharsets.ISO_8859_1).equals("ustar");
        String prefix = ustar && header[262] == 0 ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String text(int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    /** The name or size of the next entry, too long for its header. */
    private void extension(char type) throws IOException {
        if (left > NAME_BYTES_MAX) {
            throw new Unreadable("tar name larger than " + NAME_BYTES_MAX + " bytes");
        }
        byte[] bytes = input.readNBytes((int) left);
        if (bytes.length < left) {
            throw new EOFException();
        }
        left = 0;
        if (type == 'L') {
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] == 0) {
                end--;
            }
            longName = new String(bytes, 0, end, StandardCharsets.UTF_8);
            return;
        }
        int at = 0;
        while (at < bytes.length) {
            int space = at;
            int length = 0;
            while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9' && space - at < 6) {
                length = length * 10 + bytes[space++] - '0';
            }
            if (length <= space - at || at + length > bytes.length) {
                throw new Unreadable("damaged tar header");
            }
            record(new String(Arrays.copyOfRange(bytes, space + 1, at + length - 1), StandardCharsets.UTF_8));
            at += length;
        }
    }

    private void record(String record) throws Unreadable {
        if (record.startsWith("path=")) {
            longName = record.substring("path=".length());
        } else if (record.startsWith("size=")) {
            try {
                longSize = Math.max(0, Long.parseLong(record.substring("size=".length())));
            } catch (NumberFormatException e) {
                throw new Unreadable("damaged tar header");
            }
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }

    /** What is left of the entry at hand. */
    private final class Body extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = input.read(into, from, (int) Math.min(left, length));
            if (read < 0) {
                throw new EOFException();
            }
            left -= read;
            return read;
        }
    }
}
