package quern.inference.tokenizer;

import java.util.List;
import java.util.Map;
import quern.config.QuernException;

/**
 * A SentencePiece vocabulary with a list of merges, as Hugging Face's {@code tokenizer.json} carries it: characters
 * that are no piece become byte tokens first, then pairs merge by rank over the whole text.
 */
public final class MergedPieceTokenizer extends VocabularyTokenizer {

    private final Map<String, Integer> ids;
    private final Merges merges;
    private final int[] byteTokens;
    private final int unknown;
    private final boolean blankInFront;
    private final boolean blankEverywhere;

    /**
     * @param merges "left right", most important first
     * @param blankInFront whether a text is tokenized as if a blank stood before it
     * @param blankEverywhere whether also after an added token
     * @throws QuernException if a merge names a token that is not in the vocabulary
     */
    public MergedPieceTokenizer(
            Vocabulary vocabulary, List<String> merges, boolean blankInFront, boolean blankEverywhere) {
        super(vocabulary, PieceAlphabet.bytes(vocabulary));
        this.ids = vocabulary.ids();
        this.merges = Merges.of(merges, ids);
        this.byteTokens = PieceAlphabet.byteTokens(vocabulary);
        this.unknown = PieceAlphabet.unknown(vocabulary, ids);
        this.blankInFront = blankInFront;
        this.blankEverywhere = blankEverywhere;
    }

    @Override
    void encodeText(String text, boolean start, TokenList out) {
        boolean blank = blankInFront && (start || blankEverywhere);
        String written = (blank ? PieceAlphabet.BLANK + text : text).replace(' ', PieceAlphabet.BLANK);
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
