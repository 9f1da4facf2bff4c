package quern.inference.tokenizer;

/**
 * WordPiece as BERT uses it (Devlin et al., arXiv 1810.04805): from the left the longest piece each time; a word that
 * does not come out even is unknown as a whole.
 */
public final class WordPiece implements PieceModel {

    private final PieceTrie firsts;
    private final PieceTrie inners;
    private final int unknown;
    private final int wordCharsMax;

    /**
     * @param firstPrefix what pieces at the beginning of a word are written with
     * @param innerPrefix what pieces inside a word are written with
     * @param unknown token of a word that has no pieces, -1 to leave it out
     * @param wordCharsMax code points of the longest word that is not unknown
     */
    public WordPiece(Vocabulary vocabulary, String firstPrefix, String innerPrefix, int unknown, int wordCharsMax) {
        this.firsts = trie(vocabulary, firstPrefix);
        this.inners = trie(vocabulary, innerPrefix);
        this.unknown = unknown;
        this.wordCharsMax = wordCharsMax;
    }

    private static PieceTrie trie(Vocabulary vocabulary, String prefix) {
        var texts = vocabulary.texts().stream()
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : "")
                .toList();
        return new PieceTrie(texts, id -> vocabulary.kinds().get(id) == TokenKind.NORMAL
                || vocabulary.kinds().get(id) == TokenKind.USER_DEFINED);
    }

    @Override
    public void encode(String word, TokenList out) {
        TokenList found = new TokenList();
        if (word.codePointCount(0, word.length()) > wordCharsMax || !encode(word, found, firsts)) {
            if (unknown >= 0) {
                out.add(unknown);
            }
            return;
        }
        for (int token : found.toArray()) {
            out.add(token);
        }
    }

    private boolean encode(String word, TokenList found, PieceTrie beginning) {
        int at = 0;
        while (at < word.length()) {
            PieceTrie trie = at == 0 ? beginning : inners;
            int longest = -1;
            int token = -1;
            int node = PieceTrie.ROOT;
            for (int end = at; end < word.length() && node >= 0; ) {
                node = trie.next(node, word.charAt(end++));
                if (node >= 0 && trie.token(node) >= 0) {
                    longest = end;
                    token = trie.token(node);
                }
            }
            if (token < 0) {
                return false;
            }
            found.add(token);
            at = longest;
        }
        return true;
    }
}
