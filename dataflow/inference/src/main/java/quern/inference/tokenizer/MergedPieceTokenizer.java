package quern.inference.tokenizer;

import java.util.List;
import java.util.Map;
import quern.config.QuernException;

/**
 * A SentencePiece vocabulary with a list of merges, as Hugging Face's {@code tokenizer.json} carries it: characters that
 * are no piece become byte tokens first, then pairs merge by rank over the whole text.
 */
public final class MergedPieceTokenizer extends VocabularyTokenizer {

    private final Map<String, Integer> ids;
    private final Merges merges;
    private final int[] byteTokens;
    private final int unknown;
    private final String front;

    /**
     * @param merges "left right", most important first
     * @param front what is put before every text, usually U+2581 or nothing
     * @throws QuernException if a merge names a token that is not in the vocabulary
     */
    public MergedPieceTokenizer(Vocabulary vocabulary, List<String> merges, String front) {
        super(vocabulary, PieceAlphabet.bytes(vocabulary));
        this.ids = vocabulary.ids();
        this.merges = Merges.of(merges, ids);
        this.byteTokens = PieceAlphabet.byteTokens(vocabulary);
        this.unknown = PieceAlphabet.unknown(vocabulary, ids);
        this.front = front;
    }

    @Override
    void encodeText(String text, TokenList out) {
        String written = (front + text).replace(' ', PieceAlphabet.BLANK);
        TokenList symbols = new TokenList();
        for (int at = 0; at < written.length(); ) {
            int end = at + Character.charCount(written.codePointAt(at));
            String symbol = written.substring(at, end);
            Integer id = ids.get(symbol);
            if (id == null) {
                PieceAlphabet.addBytes(symbol, byteTokens, unknown, symbols);
            } else {
                symbols.add(id);
            }
            at = end;
        }
        int[] all = symbols.toArray();
        merges.merge(all, all.length, out);
    }
}
