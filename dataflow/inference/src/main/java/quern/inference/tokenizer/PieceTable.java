package quern.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import quern.config.QuernException;

/** Pieces of a vocabulary by their text, single code points and byte tokens looked up without hashing. */
final class PieceTable {

    private static final int PLANE = 1 << 16;

    private final Map<String, Integer> ids;
    private final int[] characters = new int[PLANE];
    private final int[] byteTokens;

    /** @param byteFallback whether {@code <0xNN>} of the kind BYTE stand for bytes */
    PieceTable(Vocabulary vocabulary, boolean byteFallback) {
        this(vocabulary.pieceIds(), byteFallback ? byteTokens(vocabulary) : new int[0]);
    }

    PieceTable(Map<String, Integer> ids, int[] byteTokens) {
        this.ids = ids;
        this.byteTokens = byteTokens;
        Arrays.fill(characters, -1);
        ids.forEach((text, id) -> {
            if (text.length() == 1) {
                characters[text.charAt(0)] = id;
            }
        });
    }

    private static int[] byteTokens(Vocabulary vocabulary) {
        int[] tokens = new int[256];
        Arrays.fill(tokens, -1);
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kinds().get(id) == TokenKind.BYTE) {
                tokens[byteValue(vocabulary.texts().get(id))] = id;
            }
        }
        return tokens;
    }

    /** -1 if there is no such piece. */
    int id(String text) {
        Integer id = ids.get(text);
        return id == null ? -1 : id;
    }

    int id(int codePoint) {
        return codePoint < PLANE ? characters[codePoint] : id(Character.toString(codePoint));
    }

    /** Adds the byte tokens of some text; false, and nothing added, unless there is one for every byte. */
    boolean addBytes(String text, TokenList out) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (byte b : utf8) {
            if (byteTokens.length == 0 || byteTokens[b & 0xFF] < 0) {
                return false;
            }
        }
        for (byte b : utf8) {
            out.add(byteTokens[b & 0xFF]);
        }
        return true;
    }

    /** The byte that {@code <0xNN>} stands for, -1 for any other text. */
    static int byteOf(String text) {
        boolean formed = text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
        int high = formed ? Character.digit(text.charAt(3), 16) : -1;
        int low = formed ? Character.digit(text.charAt(4), 16) : -1;
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    static int byteValue(String text) {
        int value = byteOf(text);
        if (value < 0) {
            throw new QuernException(
                    QuernException.Category.ERROR, "byte token \"" + text + "\", expected <0x00> to <0xFF>");
        }
        return value;
    }
}
