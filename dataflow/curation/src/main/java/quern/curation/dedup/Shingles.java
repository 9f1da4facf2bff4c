package quern.curation.dedup;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import quern.curation.text.BoundedText;

/**
 * Cuts a text into overlapping windows of tokens, as Data-Juicer's near deduplicators do.
 *
 * @param tokens how the text is cut into tokens
 * @param window tokens of a shingle
 * @param lowerCase whether the text is lower-cased first
 * @param ignore what is deleted next; null: nothing
 */
public record Shingles(Tokens tokens, int window, boolean lowerCase, Pattern ignore) {

    /** How a text is cut. */
    public enum Tokens {
        /** At U+0020 only; empty tokens are left out. */
        SPACE,
        /** Each code point is a token; shingles are joined by nothing. */
        CHARACTER,
        /** At each punctuation character; empty tokens count. */
        PUNCTUATION
    }

    private static final Pattern PUNCTUATION = Pattern.compile("\\p{P}");

    /** True where the text has fewer tokens than a window: it has no shingle. */
    public boolean isTooShort(String text) {
        return cut(text).count() == 0;
    }

    /** Shingles as ranges of one byte array, in order, repeated ones as often as they occur. */
    Cut cut(String text) {
        String plain = lowerCase ? text.toLowerCase(Locale.ROOT) : text;
        if (ignore != null) {
            plain = ignore.matcher(new BoundedText(plain)).replaceAll("");
        }
        return switch (tokens) {
            case SPACE -> joined(plain.split(" +", -1), true);
            case CHARACTER -> characters(plain);
            case PUNCTUATION -> joined(PUNCTUATION.split(plain, -1), false);
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

    private Cut joined(String[] tokens, boolean withoutEmpty) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int[] starts = new int[tokens.length];
        int[] ends = new int[tokens.length];
        int count = 0;
        for (String token : tokens) {
            if (!withoutEmpty || !token.isEmpty()) {
                if (count > 0) {
                    bytes.write(' ');
                }
                starts[count] = bytes.size();
                bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
                ends[count++] = bytes.size();
            }
        }
        return new Cut(bytes.toByteArray(), starts, ends, count, window);
    }

    private Cut characters(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
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
