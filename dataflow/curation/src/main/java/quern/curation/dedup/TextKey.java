package quern.curation.dedup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import quern.curation.text.LetterCase;
import quern.curation.text.PythonText;

/**
 * When two texts count as equal: Data-Juicer 1.4.3's rule for documents.
 *
 * @param lowerCase whether they are lower-cased first
 * @param ignoreNonCharacter whether white space, digits and ASCII punctuation are left out
 */
public record TextKey(boolean lowerCase, boolean ignoreNonCharacter) {

    /** What of a text is compared, without white space at its ends. */
    String plain(String text) {
        String plain = lowerCase ? LetterCase.lower(text) : text;
        return PythonText.strip(ignoreNonCharacter ? withoutNonCharacters(plain) : plain);
    }

    /** The two halves of the MD5 of a text's UTF-8. */
    long[] of(String plain) {
        ByteBuffer hash = ByteBuffer.wrap(Digests.md5().digest(plain.getBytes(StandardCharsets.UTF_8)));
        return new long[] {hash.getLong(), hash.getLong()};
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
