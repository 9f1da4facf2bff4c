package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.FLOAT;
import static quern.curation.kenlm.FileRegions.INT;
import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import quern.config.QuernException;

/**
 * What the first bytes of a model file say: 88 that are the same in every file (name, version, numbers by which a file
 * of another machine shows), 20 of fixed fields, then the counts; all little-endian.
 *
 * @param multiplier buckets of a hash table over its entries
 * @param hasWords whether the words themselves end the file
 * @param counts n-grams by length, from one
 * @param bytes of the header, where the vocabulary begins
 */
record ModelHeader(ModelKind kind, float multiplier, boolean hasWords, long[] counts, int bytes) {

    static final int ORDER_MAX = 32;

    private static final String NAME = "mmap lm http://kheafield.com/code ";
    private static final String UNFINISHED = NAME + "incomplete\n";
    private static final String BEFORE_VERSION = NAME + "format version ";
    private static final int NAME_BYTES = 56;
    private static final byte[] SAME = ByteBuffer.allocate(88).order(ByteOrder.LITTLE_ENDIAN)
            .put((BEFORE_VERSION + "5\n").getBytes(StandardCharsets.US_ASCII)).position(NAME_BYTES)
            .putFloat(0).putFloat(1).putFloat(-0.5f).putInt(1).putInt(-1).putInt(0).putLong(1).array();
    private static final int FIXED_BYTES = 20;
    private static final String MAKE = "; make one by 'build_binary MODEL.arpa MODEL.bin'";

    /** @throws QuernException if the file is none of KenLM's, or of another version, kind or machine */
    static ModelHeader of(Path path, MemorySegment file) {
        requireSame(path, file);
        int order = file.get(ValueLayout.JAVA_BYTE, SAME.length) & 0xFF;
        float multiplier = file.get(FLOAT, SAME.length + 4);
        ModelKind kind = kind(path, file.get(INT, SAME.length + 8));
        int hasWords = file.get(ValueLayout.JAVA_BYTE, SAME.length + 12);
        int version = file.get(INT, SAME.length + 16);
        if (version != kind.layoutVersion()) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected version "
                    + kind.layoutVersion() + " of the layout '" + kind + "', found version " + version + MAKE);
        }
        int counted = SAME.length + FIXED_BYTES;
        int bytes = (counted + Long.BYTES * order + 7) / 8 * 8;
        if (order < 2 || order > ORDER_MAX || !(multiplier >= 1 && multiplier < 1000) || bytes > file.byteSize()
                || (hasWords & ~1) != 0) {
            throw FileRegions.damaged(path, "order " + order + " (expected 2 to " + ORDER_MAX + "), hash multiplier "
                    + multiplier + " (1 to 1000), word mark " + hasWords + " (0 or 1) and " + file.byteSize()
                    + " bytes in all");
        }
        long[] counts = new long[order];
        for (int n = 0; n < order; n++) {
            counts[n] = file.get(LONG, counted + (long) Long.BYTES * n);
            // The smallest of entries, in a quantized trie, takes more than a bit.
            if (counts[n] < 0 || counts[n] / Byte.SIZE > file.byteSize()) {
                throw FileRegions.damaged(path, counts[n] + " n-grams of length " + (n + 1) + " in "
                        + file.byteSize() + " bytes");
            }
        }
        if (counts[0] > Integer.toUnsignedLong(-1) - 2) {
            throw FileRegions.damaged(path, counts[0] + " words, expected numbers of 32 bits");
        }
        return new ModelHeader(kind, multiplier, hasWords == 1, counts, bytes);
    }

    private static void requireSame(Path path, MemorySegment file) {
        byte[] start = file.asSlice(0, Math.min(file.byteSize(), SAME.length + FIXED_BYTES))
                .toArray(ValueLayout.JAVA_BYTE);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith(UNFINISHED)) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path
                    + ": building it did not finish" + MAKE);
        }
        if (start.length < SAME.length + FIXED_BYTES || !text.startsWith(BEFORE_VERSION)) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected a binary file "
                    + "of KenLM or a text in the ARPA format, found " + (start.length > 1 && start[0] == 0x1F
                    && start[1] == (byte) 0x8B ? "a gzip file; unpack it" : "another" + MAKE));
        }
        if (!text.startsWith("5\n", BEFORE_VERSION.length())) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected version 5, "
                    + "found version " + text.substring(BEFORE_VERSION.length()).split("\\D", 2)[0] + MAKE);
        }
        for (int i = 0; i < SAME.length; i++) {
            if (start[i] != SAME[i]) {
                throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected the test "
                        + "numbers of a 64-bit little-endian machine, found others at byte " + i + MAKE);
            }
        }
    }

    private static ModelKind kind(Path path, int number) {
        if (number < 0 || number >= ModelKind.values().length) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected a kind from 0 "
                    + "to " + (ModelKind.values().length - 1) + ", found " + number + MAKE);
        }
        return ModelKind.values()[number];
    }

    int order() {
        return counts.length;
    }
}
