package quern.curation.kenlm;

import quern.curation.PieceSource;

/**
 * Perplexity as Data-Juicer measures it: the text's pieces joined by spaces, each line a sentence, and ten to the
 * power of the negative score over the words and one end mark a line; 0 for a text without lines.
 */
public record KenlmPerplexity(KenlmModel model, PieceSource pieces) {

    public double of(String text) {
        LineScores scores = new LineScores(model);
        String[] parts = pieces.pieces(text);
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                scores.append(" ");
            }
            scores.append(parts[i]);
        }
        return scores.perplexity();
    }
}
