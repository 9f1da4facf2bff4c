package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.FLOAT;
import static quern.curation.kenlm.FileRegions.INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model of a text file in the ARPA format, as {@code lmplz} and SRILM write it, put into hash tables in memory as
 * KenLM would. An n-gram whose ending is no n-gram itself, as pruned models have them, gets that ending with the
 * probability that back-off gives it.
 */
final class ArpaModel {

    private static final float UNKNOWN = -100;
    private static final float NO_EXTENSION = -0f;
    private static final int NGRAM_BYTES_MIN = 4;
    private static final int PAIR_BYTES = 2 * Float.BYTES;
    private static final long UNKNOWN_HASH = hash("<unk>");
    private static final long UNKNOWN_CAPITAL_HASH = hash("<UNK>");

    private final ArpaLines lines;
    private final long[] counts;
    private final int order;
    private final GrowingTable vocabulary;
    private final MemorySegment unigrams;
    /** By length less two; the last one has no back-offs. */
    private final GrowingTable[] grams;
    private int words = 1;

    private ArpaModel(ArpaLines lines, long fileBytes) throws IOException {
        this.lines = lines;
        this.counts = counts(lines, fileBytes);
        this.order = counts.length;
        this.vocabulary = new GrowingTable(counts[0], Vocabulary.Hashed.ENTRY_BYTES);
        this.unigrams = Arena.ofAuto().allocate(PAIR_BYTES * (counts[0] + 1), Long.BYTES);
        this.grams = new GrowingTable[order - 1];
        for (int n = 2; n <= order; n++) {
            grams[n - 2] = new GrowingTable(counts[n - 1], Long.BYTES + (n == order ? Float.BYTES : PAIR_BYTES));
        }
    }

    /** What a {@link KenlmModel} is made of. */
    record Parts(int order, Vocabulary vocabulary, Grams grams) {}

    /** @throws quern.config.QuernException if the file is none, with the line */
    static Parts read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            ArpaModel model = new ArpaModel(new ArpaLines(path, in), Files.size(path));
            model.readAll();
            ProbingTable[] middles = new ProbingTable[model.order - 2];
            for (int i = 0; i < middles.length; i++) {
                middles[i] = model.grams[i].table();
            }
            return new Parts(model.order, new Vocabulary.Hashed(model.vocabulary.table(), model.words),
                    new HashedGrams(model.unigrams, PAIR_BYTES, middles, model.grams[model.order - 2].table()));
        }
    }

    private static long hash(String word) {
        return MurmurHash.of(word.getBytes(StandardCharsets.US_ASCII), word.length());
    }

    private static long[] counts(ArpaLines lines, long fileBytes) throws IOException {
        boolean isThere = lines.next();
        while (isThere && lines.text().startsWith("#")) {
            isThere = lines.next();
        }
        if (!isThere || !lines.text().equals("\\data\\")) {
            throw lines.refused("\\data\\", isThere ? lines.text() : "the end");
        }
        List<Long> counts = new ArrayList<>();
        while (lines.next() && lines.text().startsWith("ngram ")) {
            String text = lines.text().substring("ngram ".length()).strip();
            String length = counts.size() + 1 + "=";
            if (!text.matches("[0-9]+ *= *[0-9]{1,15}") || !text.replace(" ", "").startsWith(length)) {
                throw lines.refused("ngram " + length + "and a number", lines.text());
            }
            long count = Long.parseLong(text.substring(text.indexOf('=') + 1).strip());
            if (count > fileBytes / NGRAM_BYTES_MIN || counts.isEmpty() && count > Integer.MAX_VALUE) {
                throw lines.refused("as many n-grams as a file of " + fileBytes + " bytes can hold", count + "");
            }
            counts.add(count);
        }
        if (counts.size() < 2 || counts.size() > ModelHeader.ORDER_MAX) {
            throw lines.refused("n-grams of 2 to " + ModelHeader.ORDER_MAX + " words", counts.size() + " counts");
        }
        return counts.stream().mapToLong(Long::longValue).toArray();
    }

    private void readAll() throws IOException {
        unigrams.set(FLOAT, 0, UNKNOWN);
        unigrams.set(FLOAT, Float.BYTES, NO_EXTENSION);
        for (int n = 1; n <= order; n++) {
            String head = "\\" + n + "-grams:";
            if (!lines.text().equals(head)) {
                throw lines.refused(head, lines.text());
            }
            for (long i = 0; i < counts[n - 1]; i++) {
                readGram(n, i);
            }
            if (!lines.next()) {
                throw lines.refused("\\end\\", "the file's end");
            }
            if (n == 1 && (vocabulary.find(hash("<s>")) < 0 || vocabulary.find(hash("</s>")) < 0)) {
                throw lines.refused("1-grams with <s> and </s> among them", "none");
            }
        }
        if (!lines.text().equals("\\end\\")) {
            throw lines.refused("\\end\\", lines.text());
        }
    }

    private void readGram(int n, long before) throws IOException {
        if (!lines.next() || lines.words() < n + 1 || lines.words() > n + 2) {
            throw lines.refused("a logarithm, " + n + " words" + (n < order ? " and perhaps a back-off" : "") + " ("
                    + (before + 1) + " of " + counts[n - 1] + " " + n + "-grams)", lines.text());
        }
        float probability = lines.number(0);
        float backoff = lines.words() == n + 2 ? lines.number(n + 1) : 0;
        if (probability > 0 || n == order && backoff != 0) {
            throw lines.refused("a logarithm of at most 0" + (n == order ? " and no back-off" : ""), lines.text());
        }
        if (backoff == 0) {
            backoff = NO_EXTENSION;
        }
        float leftmost = -Math.abs(probability);
        if (n == 1) {
            addWord(leftmost, backoff);
        } else {
            addGram(n, leftmost, backoff);
        }
    }

    private void addWord(float probability, float backoff) {
        long hash = lines.hash(1);
        long at = 0;
        if (hash != UNKNOWN_HASH && hash != UNKNOWN_CAPITAL_HASH) {
            if (vocabulary.find(hash) >= 0) {
                return;
            }
            long value = vocabulary.add(hash);
            vocabulary.entries().set(INT, value, words);
            at = (long) PAIR_BYTES * words++;
        }
        unigrams.set(FLOAT, at, probability);
        unigrams.set(FLOAT, at + Float.BYTES, backoff);
    }

    private int word(int i) {
        long hash = lines.hash(i);
        long at = vocabulary.find(hash);
        if (at < 0 && hash != UNKNOWN_HASH && hash != UNKNOWN_CAPITAL_HASH) {
            throw lines.refused("words that are 1-grams", "'" + lines.word(i) + "'");
        }
        return at < 0 ? Vocabulary.UNKNOWN : vocabulary.entries().get(INT, at);
    }

    private void addGram(int n, float probability, float backoff) {
        int[] gram = new int[n];
        for (int i = 0; i < n; i++) {
            gram[i] = word(i + 1);
        }
        long key = key(gram, n, n);
        GrowingTable table = grams[n - 2];
        if (table.find(key) >= 0) {
            return;
        }
        long at = table.add(key);
        table.entries().set(FLOAT, at, probability);
        if (n < order) {
            table.entries().set(FLOAT, at + Float.BYTES, backoff);
        }
        addEndings(gram);
        if (backoffAt(gram, n - 1, n - 1) < 0) {
            throw lines.refused("the first " + (n - 1) + " words to be an n-gram", lines.text());
        }
        extendRight(gram, n - 1, n - 1);
    }

    /** Key of the n-gram of some words that end before another. */
    private static long key(int[] gram, int end, int length) {
        long key = Integer.toUnsignedLong(gram[end - 1]);
        for (int i = end - 2; i >= end - length; i--) {
            key = HashedGrams.key(key, gram[i]);
        }
        return key;
    }

    /** Marks the ending of an n-gram as longer to the left, and makes those endings that are not there. */
    private void addEndings(int[] gram) {
        int n = gram.length;
        int there = n - 1;
        while (there > 1 && grams[there - 2].find(key(gram, n, there)) < 0) {
            there--;
        }
        MemorySegment values = values(there);
        long at = there == 1 ? (long) PAIR_BYTES * gram[n - 1] : grams[there - 2].find(key(gram, n, there));
        float probability = -Math.abs(values.get(FLOAT, at));
        values.set(FLOAT, at, -probability);
        for (int length = there + 1; length < n; length++) {
            probability += extendRight(gram, n - 1, length - 1);
            long made = grams[length - 2].add(key(gram, n, length));
            values(length).set(FLOAT, made, -probability);
            values(length).set(FLOAT, made + Float.BYTES, NO_EXTENSION);
        }
    }

    private MemorySegment values(int length) {
        return length == 1 ? unigrams : grams[length - 2].entries();
    }

    private long backoffAt(int[] gram, int end, int length) {
        if (length == 1) {
            return (long) PAIR_BYTES * gram[end - 1] + Float.BYTES;
        }
        long at = grams[length - 2].find(key(gram, end, length));
        return at < 0 ? -1 : at + Float.BYTES;
    }

    /** Marks an n-gram as longer to the right; its back-off, 0 if it is not there. */
    private float extendRight(int[] gram, int end, int length) {
        long at = backoffAt(gram, end, length);
        if (at < 0) {
            return 0;
        }
        float backoff = values(length).get(FLOAT, at);
        if (!GramNode.extendsRight(backoff)) {
            values(length).set(FLOAT, at, 0f);
            return 0;
        }
        return backoff;
    }
}
