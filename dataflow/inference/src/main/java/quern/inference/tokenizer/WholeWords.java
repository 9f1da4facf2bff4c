package quern.inference.tokenizer;

import java.util.Map;

/** Every word is a token or unknown. */
public final class WholeWords implements PieceModel {

    private final Map<String, Integer> ids;
    private final int unknown;

    /** @param unknown token of a word that has none, -1 to leave it out */
    public WholeWords(Vocabulary vocabulary, int unknown) {
        this.ids = vocabulary.pieceIds();
        this.unknown = unknown;
    }

    @Override
    public void encode(String word, TokenList out) {
        int id = ids.getOrDefault(word, unknown);
        if (id >= 0) {
            out.add(id);
        }
    }
}
