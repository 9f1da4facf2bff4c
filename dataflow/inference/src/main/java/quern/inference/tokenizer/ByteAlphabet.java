package quern.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** GPT-2's writing of bytes as printable characters: those that print stay, the others move to U+0100 and up. */
public final class ByteAlphabet {

    private static final char[] CHARS = new char[256];
    private static final short[] BYTES = new short[512];

    static {
        Arrays.fill(BYTES, (short) -1);
        int moved = 0;
        for (int b = 0; b < 256; b++) {
            boolean prints = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARS[b] = (char) (prints ? b : 256 + moved++);
            BYTES[CHARS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {}

    /** The character that stands for a byte (0 to 255). */
    public static char character(int unsignedByte) {
        return CHARS[unsignedByte];
    }

    /** The bytes of {@code text} in UTF-8, written in this alphabet. */
    public static String write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder written = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            written.append(CHARS[b & 0xFF]);
        }
        return written.toString();
    }

    /** The bytes a token stands for, empty if one of its characters is not of this alphabet. */
    public static Optional<byte[]> read(String written) {
        byte[] bytes = new byte[written.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = written.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) BYTES[c];
        }
        return Optional.of(bytes);
    }
}
