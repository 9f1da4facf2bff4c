package quern.curation.kenlm;

import java.util.ArrayList;
import java.util.List;
import quern.curation.PieceSource;

/**
 * Perplexity as Data-Juicer measures it: the text's pieces joined by spaces, each line a sentence, and ten to the
 * power of the negative score over the words and one end mark a line; 0 for a text without lines.
 */
public record KenlmPerplexity(KenlmModel model, PieceSource pieces) {

    private static final String LINE_ENDS = "\r\n|[\n\u000B\f\r\u001C-\u001E\u0085\u2028\u2029]";

    public double of(String text) {
        double score = 0;
        long length = 0;
        String joined = String.join(" ", pieces.pieces(text));
        String[] lines = joined.isEmpty() ? new String[0] : joined.split(LINE_ENDS);
        for (String line : lines) {
            List<String> words = new ArrayList<>(List.of(line.split("\\s+")));
            words.removeIf(String::isEmpty);
            score += model.score(words);
            length += words.size() + 1;
        }
        return length == 0 ? 0 : Math.pow(10, -score / length);
    }
}
