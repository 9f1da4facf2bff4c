package quern.curation.kenlm;

/**
 * Scores sentences word by word, in KenLM's order of additions: logarithms are sums of 32-bit floats equal to its own.
 * Keeps the words that can still matter; allocates nothing after it was made. Not for several threads.
 */
public final class SentenceScorer {

    private final KenlmModel model;
    private final Grams grams;
    private final int order;
    private final GramNode node = new GramNode();
    /** Words before, the nearest first, and the back-offs of the n-grams that end with the nearest. */
    private int[] words;
    private float[] backoffs;
    private int[] nextWords;
    private float[] nextBackoffs;
    private int length;
    private int matched;
    private float total;

    SentenceScorer(KenlmModel model, Grams grams) {
        this.model = model;
        this.grams = grams;
        this.order = model.order();
        this.words = new int[order];
        this.backoffs = new float[order];
        this.nextWords = new int[order];
        this.nextBackoffs = new float[order];
    }

    /** Begins a sentence. */
    public void begin() {
        total = 0;
        words[0] = model.beginMark();
        grams.first(words[0], node);
        backoffs[0] = node.backoff;
        length = 1;
    }

    /**
     * Adds a word.
     *
     * @param word its number, of {@link KenlmModel#index}
     * @return base-10 logarithm of its probability after those before
     */
    public float add(int word) {
        grams.first(word, node);
        float score = node.probability;
        nextWords[0] = word;
        nextBackoffs[0] = node.backoff;
        int nextLength = GramNode.extendsRight(node.backoff) ? 1 : 0;
        matched = 1;
        for (int n = 1; n <= length && !node.isLeftmost; n++) {
            if (n == order - 1) {
                if (grams.longest(words[n - 1], node)) {
                    score = node.probability;
                    matched = order;
                }
                break;
            }
            if (!grams.longer(n, words[n - 1], node)) {
                break;
            }
            score = node.probability;
            nextBackoffs[n] = node.backoff;
            matched = n + 1;
            if (GramNode.extendsRight(node.backoff)) {
                nextLength = matched;
            }
        }
        for (int k = matched - 1; k < length; k++) {
            score += backoffs[k];
        }
        for (int k = 1; k < nextLength; k++) {
            nextWords[k] = words[k - 1];
        }
        length = nextLength;
        int[] usedWords = words;
        words = nextWords;
        nextWords = usedWords;
        float[] usedBackoffs = backoffs;
        backoffs = nextBackoffs;
        nextBackoffs = usedBackoffs;
        total += score;
        return score;
    }

    /** Length of the longest n-gram that the last word was found in. */
    public int matched() {
        return matched;
    }

    /**
     * Ends the sentence.
     *
     * @return base-10 logarithm of its probability, its end mark included
     * @throws quern.config.QuernException if the file's numbers are no logarithms
     */
    public float end() {
        add(model.endMark());
        if (!Float.isFinite(total)) {
            throw model.damaged("a sentence to have a score of " + total);
        }
        return total;
    }
}
