package quern.curation.text;

import java.util.Arrays;
import java.util.Collection;

/** A set of words, held as sorted 64-bit hashes. Immutable. */
public final class WordList {

    private final long[] hashes;

    public WordList(Collection<String> words) {
        hashes = words.stream().mapToLong(Words::hash).sorted().distinct().toArray();
    }

    public int size() {
        return hashes.length;
    }

    public boolean contains(String word) {
        return containsHash(Words.hash(word));
    }

    boolean containsHash(long hash) {
        return Arrays.binarySearch(hashes, hash) >= 0;
    }
}
