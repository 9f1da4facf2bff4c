package quern.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Locale;
import quern.config.QuernException;

/**
 * SentencePiece's precompiled table of replacements: a double-array trie over UTF-8 bytes (Yata's darts-clone, the
 * length of whose array in bytes comes first) whose values are offsets into zero-terminated replacements. Each place of
 * a text takes the longest key that begins there.
 */
public final class CharsMap {

    private static final int GRAPHEME_BYTES_MAX = 6;

    private final int[] units;
    private final byte[] replacements;
    private final boolean byGrapheme;

    private CharsMap(int[] units, byte[] replacements, boolean byGrapheme) {
        this.units = units;
        this.replacements = replacements;
        this.byGrapheme = byGrapheme;
    }

    /**
     * The table of a SentencePiece model.
     *
     * @throws QuernException if the table's length contradicts its content
     */
    public static CharsMap of(byte[] table) {
        return read(table, false);
    }

    /**
     * The same as Hugging Face's tokenizers apply it: a grapheme of less than six bytes is looked up as a whole, the
     * first key at its beginning wins, then code point by code point.
     */
    public static CharsMap ofGraphemes(byte[] table) {
        return read(table, true);
    }

    private static CharsMap read(byte[] table, boolean byGrapheme) {
        if (table.length == 0) {
            return new CharsMap(new int[0], new byte[0], byGrapheme);
        }
        ByteBuffer in = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        long trieBytes = table.length < Integer.BYTES ? -1 : Integer.toUnsignedLong(in.getInt());
        if (trieBytes < 0 || trieBytes % Integer.BYTES != 0 || trieBytes > in.remaining()) {
            throw new QuernException(QuernException.Category.ERROR, "precompiled character map of " + table.length
                    + " bytes, of which the trie is to have " + trieBytes);
        }
        int[] units = new int[(int) trieBytes / Integer.BYTES];
        in.asIntBuffer().get(units);
        byte[] replacements = Arrays.copyOfRange(table, Integer.BYTES + (int) trieBytes, table.length);
        return new CharsMap(units, replacements, byGrapheme);
    }

    String apply(String text) {
        if (units.length == 0) {
            return text;
        }
        return byGrapheme ? applyByGrapheme(text) : applyByPrefix(text);
    }

    private String applyByPrefix(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length);
        int at = 0;
        while (at < utf8.length) {
            long longest = longest(utf8, at, utf8.length, false);
            if (longest >= 0) {
                write(replacement((int) longest), out);
                at += (int) (longest >>> 32);
            } else {
                int length = utf8Length(utf8[at]);
                out.write(utf8, at, length);
                at += length;
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void write(byte[] bytes, ByteArrayOutputStream out) {
        out.write(bytes, 0, bytes.length);
    }

    private String applyByGrapheme(String text) {
        StringBuilder out = new StringBuilder(text.length());
        BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
        graphemes.setText(text);
        int from = graphemes.first();
        for (int to = graphemes.next(); to != BreakIterator.DONE; from = to, to = graphemes.next()) {
            String grapheme = text.substring(from, to);
            byte[] utf8 = grapheme.getBytes(StandardCharsets.UTF_8);
            long whole = utf8.length < GRAPHEME_BYTES_MAX ? longest(utf8, 0, utf8.length, true) : -1;
            if (whole >= 0) {
                out.append(new String(replacement((int) whole), StandardCharsets.UTF_8));
            } else {
                grapheme.codePoints().forEach(c -> appendCodePoint(c, out));
            }
        }
        return out.toString();
    }

    private void appendCodePoint(int codePoint, StringBuilder out) {
        byte[] utf8 = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        long found = longest(utf8, 0, utf8.length, true);
        if (found >= 0) {
            out.append(new String(replacement((int) found), StandardCharsets.UTF_8));
        } else {
            out.appendCodePoint(codePoint);
        }
    }

    /**
     * The key found at {@code from}: its length in the upper half, its value in the lower; -1 if there is none.
     *
     * @param shortest the first key found rather than the longest
     */
    private long longest(byte[] key, int from, int to, boolean shortest) {
        long found = -1;
        int node = 0;
        int unit = units[0];
        int at = offset(unit);
        for (int i = from; i < to; i++) {
            int c = key[i] & 0xFF;
            node = at ^ c;
            if (c == 0 || node < 0 || node >= units.length) {
                return found;
            }
            unit = units[node];
            if ((unit & (0x80000000 | 0xFF)) != c) {
                return found;
            }
            at = node ^ offset(unit);
            if ((unit >>> 8 & 1) != 0 && at >= 0 && at < units.length) {
                found = (long) (i + 1 - from) << 32 | units[at] & 0x7FFFFFFF;
                if (shortest) {
                    return found;
                }
            }
        }
        return found;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private byte[] replacement(int offset) {
        int end = Math.min(offset, replacements.length);
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(replacements, Math.min(offset, replacements.length), end);
    }

    private static int utf8Length(byte first) {
        int lead = first & 0xFF;
        return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }
}
