package quern.curation.text;

import quern.curation.SampleException;

/**
 * A text for a regular expression that a user wrote: reading it more often than a generous multiple of its length
 * fails the sample, so that a pattern with exponential backtracking cannot hold up a run: a second or two at most for
 * a megabyte.
 */
public final class BoundedText implements CharSequence {

    private static final long READS_PER_CHARACTER = 2000;
    private static final long READS_PER_CHARACTER_OF_LONG = 200;
    private static final long READS_MIN = 1_000_000;
    private static final long READS_OF_LONG = 100_000_000;

    private final String text;
    private long readsLeft;

    public BoundedText(String text) {
        this.text = text;
        long length = text.length();
        this.readsLeft = Math.max(READS_MIN, Math.min(READS_PER_CHARACTER * length,
                READS_OF_LONG + READS_PER_CHARACTER_OF_LONG * length));
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (--readsLeft < 0) {
            throw new SampleException("pattern took too many steps");
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return text.substring(from, to);
    }

    @Override
    public String toString() {
        return text;
    }
}
