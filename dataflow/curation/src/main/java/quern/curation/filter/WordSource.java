package quern.curation.filter;

import quern.curation.PieceSource;
import quern.curation.text.TextView;
import quern.curation.text.Words;

/**
 * Where a filter takes words from: the text's own, or a tokenizer's pieces.
 *
 * @param tokenizer null for words between spaces, tabs and line feeds
 */
public record WordSource(PieceSource tokenizer) {

    Words words(TextView text, boolean lowerCase) {
        return tokenizer == null ? text.words(lowerCase) : Words.ofPieces(tokenizer.pieces(text.text()), lowerCase);
    }
}
