package quern.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import quern.config.QuernException;

/** SentencePiece's writing: a blank is U+2581, a byte that no piece covers is {@code <0xNN>}. */
final class PieceAlphabet {

    static final char BLANK = '\u2581';

    private PieceAlphabet() {}

    static byte[][] bytes(Vocabulary vocabulary) {
        byte[][] bytes = new byte[vocabulary.size()][];
        for (int id = 0; id < bytes.length; id++) {
            String text = vocabulary.texts().get(id);
            bytes[id] = vocabulary.kinds().get(id) == TokenKind.BYTE
                    ? new byte[] {(byte) byteValue(text)}
                    : text.replace(BLANK, ' ').getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    /** Ids of the byte tokens, by byte, -1 where there is none. */
    static int[] byteTokens(Vocabulary vocabulary) {
        int[] tokens = new int[256];
        Arrays.fill(tokens, -1);
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kinds().get(id) == TokenKind.BYTE) {
                tokens[byteValue(vocabulary.texts().get(id))] = id;
            }
        }
        return tokens;
    }

    /** Adds the byte tokens of some text, the unknown token for a byte that has none, nothing if that is absent. */
    static void addBytes(String text, int[] byteTokens, int unknown, TokenList out) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int token = byteTokens[b & 0xFF] >= 0 ? byteTokens[b & 0xFF] : unknown;
            if (token >= 0) {
                out.add(token);
            }
        }
    }

    static int unknown(Vocabulary vocabulary, Map<String, Integer> ids) {
        int unknown = vocabulary.kinds().indexOf(TokenKind.UNKNOWN);
        return unknown >= 0 ? unknown : ids.getOrDefault("<unk>", -1);
    }

    private static int byteValue(String text) {
        boolean formed = text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
        int high = formed ? Character.digit(text.charAt(3), 16) : -1;
        int low = formed ? Character.digit(text.charAt(4), 16) : -1;
        if (high < 0 || low < 0) {
            throw new QuernException(
                    QuernException.Category.ERROR, "byte token \"" + text + "\", expected <0x00> to <0xFF>");
        }
        return high * 16 + low;
    }
}
