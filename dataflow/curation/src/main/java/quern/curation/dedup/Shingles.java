package quern.curation.dedup;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import quern.curation.PieceSource;
import quern.curation.text.BoundedText;
import quern.curation.text.LetterCase;

/**
 * Cuts a text into overlapping windows of tokens, as Data-Juicer's near deduplicators do.
 *
 * @param tokens how the text is cut into tokens
 * @param window tokens of a shingle
 * @param lowerCase whether the text is lower-cased first
 * @param ignore what is deleted next; null: nothing
 * @param pieces the tokenizer of {@link Tokens#SENTENCEPIECE}; null for the others
 */
public record Shingles(Tokens tokens, int window, boolean lowerCase, Pattern ignore, PieceSource pieces) {

    /** How a text is cut. */
    public enum Tokens {
        /** At U+0020 only; empty tokens are left out. */
        SPACE,
        /** Each code point is a token; shingles are joined by nothing. */
        CHARACTER,
        /** At each punctuation character; empty tokens count. */
        PUNCTUATION,
        /** By a tokenizer; shingles are joined by nothing. */
        SENTENCEPIECE
    }

    private static final int PUNCTUATION_TYPES = 1 << Character.CONNECTOR_PUNCTUATION
            | 1 << Character.DASH_PUNCTUATION | 1 << Character.START_PUNCTUATION | 1 << Character.END_PUNCTUATION
            | 1 << Character.INITIAL_QUOTE_PUNCTUATION | 1 << Character.FINAL_QUOTE_PUNCTUATION
            | 1 << Character.OTHER_PUNCTUATION;

    public Shingles(Tokens tokens, int window, boolean lowerCase, Pattern ignore) {
        this(tokens, window, lowerCase, ignore, null);
    }

    /** Shingles as ranges of one byte array, in order, repeated ones as often as they occur. */
    Cut cut(String text) {
        String plain = lowerCase ? LetterCase.lower(text) : text;
        if (ignore != null) {
            plain = ignore.matcher(new BoundedText(plain)).replaceAll("");
        }
        return switch (tokens) {
            case SPACE -> words(plain.getBytes(StandardCharsets.UTF_8));
            case CHARACTER -> characters(plain.getBytes(StandardCharsets.UTF_8));
            case PUNCTUATION -> phrases(plain);
            case SENTENCEPIECE -> joined(pieces.pieces(plain));
        };
    }

    /** @param starts first byte of each token; entry {@code count + window - 1} and those before it are used */
    record Cut(byte[] bytes, int[] starts, int[] ends, int tokenCount, int window) {

        int count() {
            return Math.max(0, tokenCount - window + 1);
        }

        int from(int shingle) {
            return starts[shingle];
        }

        int length(int shingle) {
            return ends[shingle + window - 1] - starts[shingle];
        }
    }

    /** Moves the words together, one space between each two. */
    private Cut words(byte[] bytes) {
        int[] starts = new int[64 + bytes.length / 8];
        int[] ends = new int[starts.length];
        int count = 0;
        int out = 0;
        int at = 0;
        while (at < bytes.length) {
            if (bytes[at] == ' ') {
                at++;
                continue;
            }
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            if (count > 0) {
                bytes[out++] = ' ';
            }
            starts[count] = out;
            while (at < bytes.length && bytes[at] != ' ') {
                bytes[out++] = bytes[at++];
            }
            ends[count++] = out;
        }
        return new Cut(bytes, starts, ends, count, window);
    }

    /** Puts a space in the place of each punctuation character; empty phrases count. */
    private Cut phrases(String text) {
        int[] starts = new int[64];
        int[] ends = new int[64];
        int count = 0;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        int from = 0;
        for (int at = 0; at <= text.length(); ) {
            int c = at < text.length() ? text.codePointAt(at) : -1;
            if (c < 0 || (PUNCTUATION_TYPES >> Character.getType(c) & 1) != 0) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * count);
                    ends = Arrays.copyOf(ends, 2 * count);
                }
                if (count > 0) {
                    bytes.write(' ');
                }
                starts[count] = bytes.size();
                bytes.writeBytes(text.substring(from, at).getBytes(StandardCharsets.UTF_8));
                ends[count++] = bytes.size();
                from = at + (c < 0 ? 0 : Character.charCount(c));
            }
            at += c < 0 ? 1 : Character.charCount(c);
        }
        return new Cut(bytes.toByteArray(), starts, ends, count, window);
    }

    private Cut joined(String[] parts) {
        int[] starts = new int[parts.length];
        int[] ends = new int[parts.length];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < parts.length; i++) {
            starts[i] = bytes.size();
            bytes.writeBytes(parts[i].getBytes(StandardCharsets.UTF_8));
            ends[i] = bytes.size();
        }
        return new Cut(bytes.toByteArray(), starts, ends, parts.length, window);
    }

    private Cut characters(byte[] bytes) {
        int[] starts = new int[bytes.length];
        int[] ends = new int[bytes.length];
        int count = 0;
        for (int at = 0; at < bytes.length; count++) {
            starts[count] = at;
            for (at++; at < bytes.length && (bytes[at] & 0xC0) == 0x80; at++) {
                continue;
            }
            ends[count] = at;
        }
        return new Cut(bytes, starts, ends, count, window);
    }
}
