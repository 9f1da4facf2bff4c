package quern.ingest;

/**
 * Names a document by its content: SHA-256 of its bytes as they arrived.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record DocumentId(String hex) implements Comparable<DocumentId> {

    private static final int DIGITS = 64;

    /** @throws IllegalArgumentException if the text is not 64 lower-case hexadecimal digits */
    public DocumentId {
        boolean fine = hex.length() == DIGITS
                && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        if (!fine) {
            throw new IllegalArgumentException("document id: expected 64 lower-case hexadecimal digits");
        }
    }

    @Override
    public int compareTo(DocumentId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
