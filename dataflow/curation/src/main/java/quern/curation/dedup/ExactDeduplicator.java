package quern.curation.dedup;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import quern.curation.Deduplicator;
import quern.curation.Signatures;
import quern.curation.text.PythonText;
import quern.curation.text.TextView;

/**
 * Keeps the first of all samples with the same text.
 *
 * <p>Recipe key {@code document_deduplicator}. The hash is Data-Juicer 1.4.3's: the text, lower-cased and without
 * white space, digits and ASCII punctuation where asked, without white space at its ends, MD5 of its UTF-8.
 */
public record ExactDeduplicator(String textKey, boolean lowerCase, boolean ignoreNonCharacter) implements Deduplicator {

    @Override
    public String name() {
        return "document_deduplicator";
    }

    @Override
    public int signatureBytes() {
        return 16;
    }

    @Override
    public Admission admit(TextView text) {
        return Admission.COMPARE;
    }

    @Override
    public void sign(TextView text, byte[] target, int at) {
        String plain = lowerCase ? text.text().toLowerCase(Locale.ROOT) : text.text();
        if (ignoreNonCharacter) {
            plain = withoutNonCharacters(plain);
        }
        MessageDigest md5 = Digests.md5();
        byte[] hash = md5.digest(PythonText.strip(plain).getBytes(StandardCharsets.UTF_8));
        System.arraycopy(hash, 0, target, at, hash.length);
    }

    @Override
    public boolean immediate() {
        return true;
    }

    @Override
    public int[] duplicates(Signatures signatures) {
        throw new UnsupportedOperationException("exact duplicates are found at once");
    }

    @Override
    public long memoryBytesPerSample() {
        return 32;
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
