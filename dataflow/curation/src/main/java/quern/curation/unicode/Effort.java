package quern.curation.unicode;

import quern.curation.SampleException;

/**
 * How much of a text may be looked at again because it was changed: what is escaped or encoded wrongly thousands of
 * times over is no accident, and would take hours.
 */
final class Effort {

    private static final long CHARACTERS_FREELY = 1 << 20;
    private static final long TIMES = 8;

    private long charactersLeft;

    Effort(String text) {
        charactersLeft = CHARACTERS_FREELY + TIMES * text.length();
    }

    void again(String part) {
        charactersLeft -= part.length();
        if (charactersLeft < 0) {
            throw new SampleException("escaped or encoded wrongly too many times over");
        }
    }
}
