package quern.tuning;

import java.util.Locale;

/**
 * A prompt and what its answer must contain.
 *
 * @param prompt ids, to where the answer begins
 * @param span compared without regard to case, runs of white space and punctuation at its ends
 */
public record Question(int[] prompt, String span) {

    /** Whether the span holds anything to look for. */
    public boolean hasSpan() {
        return !normal(span).isEmpty();
    }

    /** Whether the answer contains the span. */
    public boolean isAnsweredBy(String answer) {
        return hasSpan() && normal(answer).contains(normal(span));
    }

    private static String normal(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .replaceAll("^[\\s\\p{Punct}]+|[\\s\\p{Punct}]+$", "");
    }
}
