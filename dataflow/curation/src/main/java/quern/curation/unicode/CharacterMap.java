package quern.curation.unicode;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;

/**
 * A single-byte encoding that text may wrongly have been decoded with. A sloppy one gives unassigned bytes the
 * character of the same number, and stands byte 1A for U+FFFD.
 */
final class CharacterMap {

    /** In the order they are tried. */
    static final List<CharacterMap> ALL = List.of(
            new CharacterMap("ISO-8859-1", false), new CharacterMap("windows-1252", true),
            new CharacterMap("windows-1251", true),
            new CharacterMap("windows-1250", true), new CharacterMap("windows-1253", true),
            new CharacterMap("windows-1254", true),
            new CharacterMap("windows-1257", true), new CharacterMap("ISO-8859-2", false),
            new CharacterMap("x-MacRoman", false), new CharacterMap("IBM437", false));
    static final CharacterMap WINDOWS_1252 = ALL.get(1);

    private static final char REPLACEMENT = '\uFFFD';
    private static final int SUBSTITUTE = 0x1A;

    private final boolean sloppy;
    private final boolean macRoman;
    private final char[] decoded = new char[256];
    private final short[] encoded = new short[65536];

    private CharacterMap(String name, boolean sloppy) {
        this.sloppy = sloppy;
        this.macRoman = name.equals("x-MacRoman");
        Charset charset = Charset.forName(name);
        Arrays.fill(encoded, (short) -1);
        for (int b = 0; b < 256; b++) {
            char c = new String(new byte[] {(byte) b}, charset).charAt(0);
            decoded[b] = c == REPLACEMENT ? (char) b : c;
            if (c != REPLACEMENT || sloppy) {
                encoded[decoded[b]] = (short) b;
            }
        }
        if (sloppy) {
            encoded[decoded[SUBSTITUTE]] = -1;
            decoded[SUBSTITUTE] = REPLACEMENT;
            encoded[REPLACEMENT] = SUBSTITUTE;
        }
    }

    boolean isSloppy() {
        return sloppy;
    }

    boolean isMacRoman() {
        return macRoman;
    }

    char decode(int b) {
        return decoded[b];
    }

    /** The bytes, or null where some character has none. */
    byte[] encode(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = encoded[text.charAt(i)];
            if (b < 0) {
                return null;
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }
}
