package quern.actors.models;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quern.actors.models.ModelRefused.Reason;

/**
 * Which files a tar archive holds, and where their bytes lie in it: as v7, ustar, pax and GNU tar write them, in any
 * order. Only headers are read, and what fills up blocks, which has to be zeros. Links, devices, sparse files and a
 * name twice are refused; nothing is unpacked.
 *
 * @param files by name, without {@code ./} before it
 * @param directories named in it, without {@code /} behind
 */
record TarIndex(Path archive, Map<String, Place> files, Set<String> directories) {

    /** A file's bytes in the archive. */
    record Place(long offsetBytes, long bytes) {}

    private static final int BLOCK_BYTES = TarHeader.BLOCK_BYTES;
    private static final int ENTRIES_MAX = 50_000;
    private static final int EXTENSION_BYTES_MAX = 1 << 16;
    private static final int ZEROS_BYTES = 1 << 16;

    /**
     * @throws ModelRefused naming the byte where something else is than expected
     * @throws EOFException if it is cut off
     */
    static TarIndex of(Path archive, FileChannel in) throws IOException {
        Walk walk = new Walk(archive, in);
        int entries = 0;
        while (walk.next()) {
            if (++entries > ENTRIES_MAX) {
                throw walk.refused("more than " + ENTRIES_MAX + " entries", "fewer");
            }
        }
        walk.end();
        return new TarIndex(archive, Collections.unmodifiableMap(walk.files),
                Collections.unmodifiableSet(walk.directories));
    }

    /** @throws ModelRefused if there is no such file, or it is larger */
    byte[] bytes(FileChannel in, String name, int bytesMax) throws IOException {
        Place place = files.get(name);
        if (place == null) {
            throw new ModelRefused(Reason.MISMATCH, "bundle " + archive + ": has no file '" + name + "'");
        }
        if (place.bytes() > bytesMax) {
            throw new ModelRefused(Reason.MISMATCH, "bundle " + archive + ": '" + name + "' has " + place.bytes()
                    + " bytes, expected at most " + bytesMax);
        }
        return read(in, place.offsetBytes(), (int) place.bytes());
    }

    static byte[] read(FileChannel in, long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (in.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException(in.size() + " bytes, expected " + (at + count) + " at least");
            }
        }
        return buffer.array();
    }

    /** From header to header. */
    private static final class Walk {

        private final Path archive;
        private final FileChannel in;
        private final Map<String, Place> files = new LinkedHashMap<>();
        private final Set<String> directories = new TreeSet<>();
        private long at;
        /** What the entry before says of this one, in pax's or GNU's way. */
        private String nextName;
        private long nextBytes = -1;

        Walk(Path archive, FileChannel in) {
            this.archive = archive;
            this.in = in;
        }

        /** Returns whether there was an entry; if not, this is the end's first block. */
        boolean next() throws IOException {
            byte[] block = read(in, at, BLOCK_BYTES);
            if (TarHeader.isEmpty(block)) {
                return false;
            }
            if (!TarHeader.isSound(block)) {
                throw refused("a header whose checksum is wrong", "the header of a tar archive's entry");
            }
            long bytes = nextBytes >= 0 && TarHeader.isContent(block) ? nextBytes : TarHeader.bytes(block);
            if (bytes < 0) {
                throw refused(TarHeader.describe(block), "a size");
            }
            if (bytes > in.size() - at - BLOCK_BYTES) {
                throw new EOFException(in.size() + " bytes, expected " + bytes + " more from byte " + at);
            }
            switch (TarHeader.type(block)) {
                case '0', '7' -> file(block, bytes);
                case '5' -> directory(block, bytes);
                case 'x' -> extension(bytes);
                case 'g' -> global(bytes);
                case 'L' -> nextName = new String(said(bytes), StandardCharsets.UTF_8).replaceFirst("\0+$", "");
                default -> throw refused(TarHeader.describe(block), "a file or a directory");
            }
            at += BLOCK_BYTES + bytes;
            zeros(Math.ceilDiv(bytes, BLOCK_BYTES) * BLOCK_BYTES - bytes);
            return true;
        }

        private void file(byte[] block, long bytes) {
            String name = name(block);
            if (name.endsWith("/") && bytes == 0) {
                directories.add(name.replaceFirst("/+$", ""));
            } else if (files.putIfAbsent(name, new Place(at + BLOCK_BYTES, bytes)) != null) {
                throw refused("file '" + name + "' again", "each name once");
            }
        }

        private void directory(byte[] block, long bytes) {
            if (bytes != 0) {
                throw refused(TarHeader.describe(block), "no content of a directory");
            }
            String name = name(block).replaceFirst("/+$", "");
            if (!name.isEmpty() && !name.equals(".")) {
                directories.add(name);
            }
        }

        private String name(byte[] block) {
            String name = nextName != null ? nextName : TarHeader.name(block);
            nextName = null;
            nextBytes = -1;
            return name.replaceFirst("^(\\./+)+", "");
        }

        private byte[] said(long bytes) throws IOException {
            if (bytes > EXTENSION_BYTES_MAX) {
                throw refused("an extended header of " + bytes + " bytes", "at most " + EXTENSION_BYTES_MAX);
            }
            return read(in, at + BLOCK_BYTES, (int) bytes);
        }

        private void extension(long bytes) throws IOException {
            Map<String, String> records = records(bytes);
            nextName = records.getOrDefault("path", nextName);
            if (records.containsKey("size")) {
                String size = records.get("size");
                if (!size.matches("[0-9]{1,18}")) {
                    throw refused("size '" + size + "'", "a number");
                }
                nextBytes = Long.parseLong(size);
            }
        }

        private void global(long bytes) throws IOException {
            Map<String, String> records = records(bytes);
            if (records.containsKey("path") || records.containsKey("size")) {
                throw refused("one name or size for all entries", "one of each");
            }
        }

        /** Records "LENGTH KEY=VALUE\n" of pax; the length is that of all of the record, in bytes. */
        private Map<String, String> records(long bytes) throws IOException {
            byte[] text = said(bytes);
            Map<String, String> records = new LinkedHashMap<>();
            int from = 0;
            while (from < text.length) {
                int space = from;
                while (space < text.length && text[space] != ' ' && space - from < 6) {
                    space++;
                }
                String digits = new String(text, from, space - from, StandardCharsets.US_ASCII);
                int to = digits.matches("[0-9]{1,5}") ? from + Integer.parseInt(digits) : 0;
                if (to <= space + 1 || to > text.length || text[to - 1] != '\n') {
                    throw refused("an extended header that cannot be read", "records as pax writes them");
                }
                String[] pair = new String(text, space + 1, to - space - 2, StandardCharsets.UTF_8).split("=", 2);
                if (pair.length < 2 || pair[0].startsWith("GNU.sparse")) {
                    throw refused("an extended header '" + pair[0] + "'", "that of a plain file");
                }
                records.put(pair[0], pair[1]);
                from = to;
            }
            return records;
        }

        /** Two blocks of zeros at least, and nothing else up to the end of the archive. */
        void end() throws IOException {
            long rest = in.size() - at;
            if (nextName != null || nextBytes >= 0) {
                throw refused("the end", "the file that the header before it is of");
            }
            if (rest < 2 * BLOCK_BYTES || rest % BLOCK_BYTES != 0) {
                throw new EOFException(rest + " bytes behind the last file, expected two blocks or more");
            }
            zeros(rest);
        }

        private void zeros(long count) throws IOException {
            long end = at + count;
            while (at < end) {
                int part = (int) Math.min(ZEROS_BYTES, end - at);
                if (!TarHeader.isEmpty(read(in, at, part))) {
                    throw refused("other bytes", count + " zeros");
                }
                at += part;
            }
        }

        ModelRefused refused(String found, String expected) {
            return new ModelRefused(Reason.MISMATCH,
                    "bundle " + archive + ", byte " + at + ": found " + found + ", expected " + expected);
        }
    }
}
