package quern.inference.tokenizer;

import java.util.List;

/**
 * Byte-pair encoding (Sennrich et al., arXiv 1508.07909): the word's characters, then the neighbours whose merge ranks
 * first are joined, until none is left. Bytes are characters of the {@link ByteAlphabet} here.
 */
public final class BytePairs implements PieceModel {

    /**
     * What a file may set.
     *
     * @param byteFallback whether a character that is no token becomes the tokens of its bytes
     * @param fuseUnknown whether unknown characters in a row become one unknown token
     * @param wholeWordFirst whether a word that is itself a token is taken as it is, without merging
     * @param innerPrefix put before every character but the first of a word
     * @param endSuffix put behind the last character of a word
     */
    public record Options(
            boolean byteFallback, boolean fuseUnknown, boolean wholeWordFirst, String innerPrefix, String endSuffix) {

        public static final Options PLAIN = new Options(false, false, false, "", "");
    }

    private final PieceTable pieces;
    private final Merges merges;
    private final Options options;
    private final int unknown;
    private final boolean bare;

    /**
     * @param merges two tokens each, most important first
     * @param unknown token of a character that has none, -1 to leave it out
     * @throws quern.config.QuernException if a merge names a token that is not in the vocabulary
     */
    public BytePairs(Vocabulary vocabulary, List<Merge> merges, int unknown, Options options) {
        this.pieces = new PieceTable(vocabulary, options.byteFallback());
        this.merges = Merges.of(merges, vocabulary, options.innerPrefix());
        this.options = options;
        this.unknown = unknown;
        this.bare = options.innerPrefix().isEmpty() && options.endSuffix().isEmpty();
    }

    @Override
    public void encode(String word, TokenList out) {
        if (options.wholeWordFirst()) {
            int whole = pieces.id(word);
            if (whole >= 0) {
                out.add(whole);
                return;
            }
        }
        TokenList symbols = new TokenList();
        boolean afterUnknown = false;
        for (int at = 0; at < word.length(); ) {
            int c = word.codePointAt(at);
            int end = at + Character.charCount(c);
            int id = bare ? pieces.id(c) : pieces.id(written(c, at == 0, end == word.length()));
            if (id >= 0) {
                symbols.add(id);
                afterUnknown = false;
            } else if (!options.byteFallback() || !pieces.addBytes(word.substring(at, end), symbols)) {
                if (unknown >= 0 && !(afterUnknown && options.fuseUnknown())) {
                    symbols.add(unknown);
                }
                afterUnknown = true;
            } else {
                afterUnknown = false;
            }
            at = end;
        }
        int[] all = symbols.toArray();
        merges.merge(all, all.length, out);
    }

    private String written(int codePoint, boolean first, boolean last) {
        return (first ? "" : options.innerPrefix()) + Character.toString(codePoint) + (last ? options.endSuffix() : "");
    }
}
