package quern.curation.generation;

/** ROUGE-L (Lin, ROUGE: A Package for Automatic Evaluation of Summaries, 2004): words in common, in order. */
final class Overlap {

    /** Words beyond these are not looked at: the time taken is the product of both lengths. */
    private static final int WORDS_MAX = 2000;

    private Overlap() {}

    /** Harmonic mean of the shares of both texts' words that are in their longest common subsequence, 0 to 1. */
    static double rougeL(String a, String b) {
        String[] x = words(a);
        String[] y = words(b);
        if (x.length == 0 || y.length == 0) {
            return 0;
        }
        int[] row = new int[y.length + 1];
        for (String word : x) {
            int diagonal = 0;
            for (int j = 1; j <= y.length; j++) {
                int above = row[j];
                row[j] = word.equals(y[j - 1]) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return 2.0 * row[y.length] / (x.length + y.length);
    }

    private static String[] words(String text) {
        String flat = Passage.flat(text);
        return flat.isEmpty() ? new String[0] : flat.split(" ", WORDS_MAX + 1);
    }
}
