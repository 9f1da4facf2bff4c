package quern.curation.dedup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import quern.curation.StreamDeduplicator;
import quern.curation.text.PythonText;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples with the same text.
 *
 * <p>Recipe key {@code document_deduplicator}. The hash is Data-Juicer 1.4.3's: the text, lower-cased and without
 * white space, digits and ASCII punctuation where asked, without white space at its ends, MD5 of its UTF-8.
 */
public record ExactDeduplicator(String textKey, List<String> against, boolean lowerCase, boolean ignoreNonCharacter)
        implements StreamDeduplicator {

    /** The one key of a text: its hash. */
    private record Hash(long high, long low) implements Keys {

        @Override
        public int count() {
            return 1;
        }

        @Override
        public long high(int key) {
            return high;
        }

        @Override
        public long low(int key) {
            return low;
        }
    }

    @Override
    public String name() {
        return "document_deduplicator";
    }

    @Override
    public String signing() {
        return lowerCase + ", " + ignoreNonCharacter;
    }

    @Override
    public Keys keys(TextView text) {
        ByteBuffer hash = ByteBuffer.wrap(hash(text.text()));
        return new Hash(hash.getLong(), hash.getLong());
    }

    @Override
    public Outcome decide(String text, Keys keys, BitSet seen) {
        return seen.get(0) ? new Repeated("duplicate") : new Remaining(text, 0);
    }

    private byte[] hash(String text) {
        String plain = lowerCase ? text.toLowerCase(Locale.ROOT) : text;
        if (ignoreNonCharacter) {
            plain = withoutNonCharacters(plain);
        }
        return Digests.md5().digest(PythonText.strip(plain).getBytes(StandardCharsets.UTF_8));
    }

    private static String withoutNonCharacters(String text) {
        StringBuilder left = new StringBuilder(text.length());
        text.codePoints().filter(c -> !isNonCharacter(c)).forEach(left::appendCodePoint);
        return left.toString();
    }

    private static boolean isNonCharacter(int c) {
        boolean asciiPunctuation = c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
        return asciiPunctuation || PythonText.isWhiteSpaceProperty(c)
                || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
    }
}
