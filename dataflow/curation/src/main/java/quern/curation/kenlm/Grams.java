package quern.curation.kenlm;

/** The n-grams of a model, found word by word from the last one to the left. Immutable. */
sealed interface Grams permits HashedGrams, TrieGrams {

    /** Finds a word alone; every number that {@link Vocabulary} gives is there. */
    void first(int word, GramNode node);

    /**
     * Finds the n-gram that is longer by a word to the left and shorter than the longest.
     *
     * @param length of the n-gram that the node is at
     * @return false if it is not there; probability and back-off are then as they were
     */
    boolean longer(int length, int word, GramNode node);

    /** Finds an n-gram of the greatest length; it has no back-off. */
    boolean longest(int word, GramNode node);
}
