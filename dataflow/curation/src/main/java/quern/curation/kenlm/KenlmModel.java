package quern.curation.kenlm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import quern.config.QuernException;

/**
 * A model in KenLM's binary format, version 5, of hash tables ({@code build_binary probing}); Kenneth Heafield, KenLM:
 * Faster and Smaller Language Model Queries, 2011. The file is mapped, not read. Scores are sums of 32-bit floats in
 * KenLM's order, so they are equal to its own.
 */
public final class KenlmModel {

    private static final String MAGIC = "mmap lm http://kheafield.com/code format version ";
    private static final List<String> KINDS = List.of("probing", "rest_probing", "trie", "trie with quantisation",
            "trie with array-compressed pointers", "trie with quantisation and array-compressed pointers");
    private static final int VERSION = 5;
    private static final int SANITY_BYTES = 88;
    private static final int FIXED_BYTES = 20;
    private static final int ORDER_MAX = 32;
    private static final int VOCABULARY_HEADER_BYTES = 8;
    private static final int WORD_BYTES = 12;
    private static final int UNIGRAM_BYTES = 8;
    private static final int MIDDLE_BYTES = 16;
    private static final int LONGEST_BYTES = 12;
    private static final long HASH_FACTOR = 8978948897894561157L;
    private static final long WORD_FACTOR = Long.parseUnsignedLong("17894857484156487943");
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int order;
    private final long words;
    private final ProbingTable vocabulary;
    private final MemorySegment unigrams;
    /** By length of the n-gram, from two; the last one holds no backoffs. */
    private final ProbingTable[] grams;

    /** @throws QuernException if the file is no such model, or damaged; the message says what was expected */
    public static KenlmModel open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new KenlmModel(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + " cannot be read: "
                    + e.getMessage(), e);
        }
    }

    private KenlmModel(Path path, MemorySegment file) {
        requireKind(path, file);
        order = file.get(ValueLayout.JAVA_BYTE, SANITY_BYTES) & 0xFF;
        float multiplier = file.get(FLOAT, SANITY_BYTES + 4);
        long header = SANITY_BYTES + FIXED_BYTES + (long) Long.BYTES * order;
        if (order < 2 || order > ORDER_MAX || !(multiplier >= 1 && multiplier < 1000) || header > file.byteSize()) {
            throw damaged(path, "order " + order + " and hash multiplier " + multiplier);
        }
        long[] counts = new long[order];
        for (int n = 0; n < order; n++) {
            counts[n] = file.get(LONG, SANITY_BYTES + FIXED_BYTES + (long) Long.BYTES * n);
            if (counts[n] < 0 || counts[n] > file.byteSize()) {
                throw damaged(path, counts[n] + " n-grams of length " + (n + 1));
            }
        }
        words = counts[0] + 1;
        Cursor cursor = new Cursor(path, file, (header + 7) / 8 * 8);
        cursor.take(VOCABULARY_HEADER_BYTES);
        vocabulary = new ProbingTable(cursor.take(ProbingTable.bytes(counts[0], multiplier, WORD_BYTES)), WORD_BYTES);
        unigrams = cursor.take(UNIGRAM_BYTES * words);
        grams = new ProbingTable[order - 1];
        for (int n = 2; n <= order; n++) {
            int bytes = n == order ? LONGEST_BYTES : MIDDLE_BYTES;
            grams[n - 2] = new ProbingTable(cursor.take(ProbingTable.bytes(counts[n - 1], multiplier, bytes)), bytes);
        }
    }

    /** Parts of the file, one after the other. */
    private static final class Cursor {
        private final Path path;
        private final MemorySegment file;
        private long at;

        Cursor(Path path, MemorySegment file, long at) {
            this.path = path;
            this.file = file;
            this.at = at;
        }

        MemorySegment take(long bytes) {
            if (bytes > file.byteSize() - at) {
                throw damaged(path, "tables that end at byte " + (at + bytes) + " of " + file.byteSize());
            }
            at += bytes;
            return file.asSlice(at - bytes, bytes);
        }
    }

    private static void requireKind(Path path, MemorySegment file) {
        if (file.byteSize() < SANITY_BYTES + FIXED_BYTES || !MAGIC.equals(new String(file.asSlice(0, MAGIC.length())
                .toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1))) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected a binary file "
                    + "of KenLM, found another; make one by 'build_binary probing MODEL.arpa MODEL.bin'");
        }
        int version = file.get(ValueLayout.JAVA_BYTE, MAGIC.length()) - '0';
        int kind = file.get(INT, SANITY_BYTES + 8);
        if (version != VERSION || kind != 0) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + ": expected version "
                    + VERSION + " and kind probing, found version " + version + " and kind "
                    + (kind >= 0 && kind < KINDS.size() ? KINDS.get(kind) : kind)
                    + "; make one by 'build_binary probing MODEL.arpa MODEL.bin'");
        }
    }

    private static QuernException damaged(Path path, String found) {
        return new QuernException(QuernException.Category.ERROR, "KenLM model " + path + " is damaged: it claims "
                + found);
    }

    /** Base-10 logarithm of the probability of a sentence, its begin and end marks included. */
    public float score(List<String> sentence) {
        int[] context = new int[order];
        float[] backoffs = new float[order];
        context[0] = index("<s>");
        backoffs[0] = unigram(context[0], Float.BYTES);
        int length = 1;
        float total = 0;
        int[] nextContext = new int[order];
        float[] nextBackoffs = new float[order];
        for (int i = 0; i <= sentence.size(); i++) {
            int word = index(i == sentence.size() ? "</s>" : sentence.get(i));
            float score = -Math.abs(unigram(word, 0));
            nextContext[0] = word;
            nextBackoffs[0] = unigram(word, Float.BYTES);
            int matched = 1;
            long node = word;
            while (matched < order && matched <= length) {
                node = node * HASH_FACTOR ^ (1L + Integer.toUnsignedLong(context[matched - 1])) * WORD_FACTOR;
                ProbingTable table = grams[matched - 1];
                long at = table.find(node);
                if (at < 0) {
                    break;
                }
                score = -Math.abs(table.entries().get(FLOAT, at));
                nextContext[matched] = context[matched - 1];
                matched++;
                nextBackoffs[matched - 1] = matched == order ? 0 : table.entries().get(FLOAT, at + Float.BYTES);
            }
            for (int k = matched - 1; k < length; k++) {
                score += backoffs[k];
            }
            total += score;
            length = Math.min(matched, order - 1);
            int[] usedContext = context;
            context = nextContext;
            nextContext = usedContext;
            float[] usedBackoffs = backoffs;
            backoffs = nextBackoffs;
            nextBackoffs = usedBackoffs;
        }
        return total;
    }

    /** 0 for a word that is not known. */
    private int index(String word) {
        long at = vocabulary.find(MurmurHash.of(word.getBytes(StandardCharsets.UTF_8)));
        int index = at < 0 ? 0 : vocabulary.entries().get(INT, at);
        return Integer.toUnsignedLong(index) < words ? index : 0;
    }

    private float unigram(int word, int offset) {
        return unigrams.get(FLOAT, UNIGRAM_BYTES * Integer.toUnsignedLong(word) + offset);
    }
}
