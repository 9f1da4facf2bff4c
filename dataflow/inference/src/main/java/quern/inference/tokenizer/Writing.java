package quern.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How the tokens of a vocabulary are written, that is, which bytes each stands for.
 *
 * @param bytes the {@link ByteAlphabet}, {@code <0xNN>} for some bytes, or neither
 * @param replaced replacements within a token, one after the other
 * @param innerPrefix if not empty, what marks a piece inside a word (WordPiece); other pieces then have a blank before
 *     them
 * @param wordEnd if not empty, what marks a piece at the end of a word, where a blank follows unless the text ends
 * @param frontBlank which blank in front of a text is not of the text
 * @param tidy whether no blank is put before punctuation and the ends of English contractions
 */
public record Writing(
        Bytes bytes,
        List<TextRule> replaced,
        String innerPrefix,
        String wordEnd,
        FrontBlank frontBlank,
        boolean tidy) {

    /** How bytes are written. */
    public enum Bytes { ALPHABET, FALLBACK, NONE }

    /** The blank that encoding put before a text and decoding takes away. */
    public enum FrontBlank {
        NONE,
        /** Before the first text. */
        FIRST,
        /** Before the first text and behind every added token. */
        ALWAYS
    }

    /** SentencePiece's sign for a blank. */
    public static final String BLANK_SIGN = "\u2581";

    private static final List<String> JOINED = List.of(".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re");

    public Writing {
        replaced = List.copyOf(replaced);
    }

    /** Bytes in GPT-2's alphabet. */
    public static Writing alphabet() {
        return new Writing(Bytes.ALPHABET, List.of(), "", "", FrontBlank.NONE, false);
    }

    /** SentencePiece's: a blank is U+2581, a byte that no piece covers is {@code <0xNN>}. */
    public static Writing pieces(FrontBlank frontBlank) {
        return new Writing(Bytes.FALLBACK, List.of(new TextRule.Replace(BLANK_SIGN, " ")), "", "", frontBlank, false);
    }

    /** BERT's. */
    public static Writing wordPieces(String innerPrefix, boolean tidy) {
        return new Writing(Bytes.NONE, List.of(), innerPrefix, "", FrontBlank.FIRST, tidy);
    }

    byte[] bytes(String text, TokenKind kind) {
        if (bytes == Bytes.ALPHABET) {
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            return kind == TokenKind.USER_DEFINED ? raw : ByteAlphabet.read(text).orElse(raw);
        }
        if (bytes == Bytes.FALLBACK && kind == TokenKind.BYTE) {
            return new byte[] {(byte) PieceTable.byteValue(text)};
        }
        String written = TextRule.apply(replaced, text);
        if (!innerPrefix.isEmpty()) {
            written = written.startsWith(innerPrefix) ? written.substring(innerPrefix.length()) : spaced(written);
        }
        if (!wordEnd.isEmpty() && written.endsWith(wordEnd)) {
            written = written.substring(0, written.length() - wordEnd.length()) + " ";
        }
        return written.getBytes(StandardCharsets.UTF_8);
    }

    private String spaced(String written) {
        return tidy ? tidied(" " + written) : " " + written;
    }

    /** Without the blank before punctuation and the ends of English contractions. */
    private static String tidied(String written) {
        for (String joined : JOINED) {
            if (written.startsWith(joined, 1)) {
                return written.substring(1);
            }
        }
        return written;
    }
}
