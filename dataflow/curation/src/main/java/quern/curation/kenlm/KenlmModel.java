package quern.curation.kenlm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import quern.config.QuernException;

/**
 * A model in KenLM's binary format, version 5, of any of its six layouts ({@code build_binary probing} and
 * {@code build_binary trie} with and without {@code -q}, {@code -b}, {@code -a}, {@code -r}); Kenneth Heafield, KenLM:
 * Faster and Smaller Language Model Queries, 2011. The file is mapped, not read, whatever its size. Or one in the ARPA
 * format, which is read into memory. Immutable and safe for several threads, each of which has a {@link SentenceScorer}
 * of its own.
 */
public final class KenlmModel {

    private static final byte[] FIRST_WORD = "<unk>\0".getBytes(StandardCharsets.US_ASCII);
    private static final int BLANK_BYTES_MAX = 4096;

    private final Path path;
    private final String kind;
    private final int order;
    private final Vocabulary vocabulary;
    private final Grams grams;
    private final int beginMark;
    private final int endMark;

    /** @throws QuernException if the file is no such model, or damaged; the message says what was expected */
    public static KenlmModel open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return isText(file) ? new KenlmModel(path, ArpaModel.read(path)) : new KenlmModel(path, file);
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.ERROR, "KenLM model " + path + " cannot be read: "
                    + e.getMessage(), e);
        }
    }

    /** Whether a file begins as ARPA files do, with a backslash or remarks. */
    private static boolean isText(MemorySegment file) {
        for (long i = 0; i < Math.min(file.byteSize(), BLANK_BYTES_MAX); i++) {
            byte b = file.get(ValueLayout.JAVA_BYTE, i);
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '\\' || b == '#';
            }
        }
        return false;
    }

    private KenlmModel(Path path, ArpaModel.Parts parts) {
        this.path = path;
        this.kind = "ARPA";
        this.order = parts.order();
        this.vocabulary = parts.vocabulary();
        this.grams = parts.grams();
        this.beginMark = index("<s>");
        this.endMark = index("</s>");
    }

    private KenlmModel(Path path, MemorySegment file) {
        this.path = path;
        ModelHeader header = ModelHeader.of(path, file);
        FileRegions regions = new FileRegions(path, file, header.bytes());
        kind = header.kind().toString();
        order = header.order();
        if (header.kind().isTrie()) {
            vocabulary = Vocabulary.Sorted.of(regions, header);
            grams = new TrieGrams(regions, header);
        } else {
            vocabulary = Vocabulary.Hashed.of(regions, header, header.counts()[0] + 1);
            grams = HashedGrams.of(regions, header);
        }
        if (header.hasWords()) {
            requireWords(regions);
        }
        beginMark = index("<s>");
        endMark = index("</s>");
    }

    /** The words are not needed, but show whether the sizes before them are right and whether the file is whole. */
    private void requireWords(FileRegions regions) {
        long at = regions.at();
        MemorySegment words = regions.rest();
        if (regions.take(FIRST_WORD.length, "the words").mismatch(MemorySegment.ofArray(FIRST_WORD)) != -1) {
            throw damaged("words at byte " + at + ", and what is there does not begin with <unk>");
        }
        if (words.get(ValueLayout.JAVA_BYTE, words.byteSize() - 1) != 0) {
            throw damaged("words from byte " + at + " to the file's end, and the last one is cut off");
        }
    }

    /** Length of the longest n-grams. */
    public int order() {
        return order;
    }

    /** What {@code build_binary} was told to make, or ARPA. */
    public String kind() {
        return kind;
    }

    /** Number of a word; that of the unknown word, 0, if the model does not know it. */
    public int index(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        return index(bytes, bytes.length);
    }

    /** Number of the word whose UTF-8 bytes an array begins with. */
    public int index(byte[] word, int bytes) {
        return vocabulary.index(MurmurHash.of(word, bytes));
    }

    int beginMark() {
        return beginMark;
    }

    int endMark() {
        return endMark;
    }

    QuernException damaged(String found) {
        return FileRegions.damaged(path, found);
    }

    /** A scorer for one thread. */
    public SentenceScorer scorer() {
        return new SentenceScorer(this, grams);
    }

    /** Base-10 logarithm of the probability of a sentence, its begin and end marks included. */
    public float score(List<String> sentence) {
        SentenceScorer scorer = scorer();
        scorer.begin();
        for (String word : sentence) {
            scorer.add(index(word));
        }
        return scorer.end();
    }
}
