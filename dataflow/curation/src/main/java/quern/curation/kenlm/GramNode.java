package quern.curation.kenlm;

/** Where a search is: the n-gram it found last, and what is known of longer ones. Reused from word to word. */
final class GramNode {

    /** Of the n-gram: its hash, or where in a trie those that are longer by a word to the left begin and end. */
    long from;
    long to;
    /** Base-10 logarithms. */
    float probability;
    float backoff;
    /** Whether no n-gram is longer by a word to the left. */
    boolean isLeftmost;

    /** KenLM writes a back-off of negative zero where no n-gram is longer by a word to the right. */
    static boolean extendsRight(float backoff) {
        return Float.floatToRawIntBits(backoff) != Integer.MIN_VALUE;
    }
}
