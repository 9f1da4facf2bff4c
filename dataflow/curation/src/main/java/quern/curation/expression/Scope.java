package quern.curation.expression;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import quern.curation.SampleException;

/** One evaluation: the sample, and how much may still be made of it. */
final class Scope {

    private static final long MADE_MAX = 1L << 26;

    private final ObjectNode sample;
    private long left = MADE_MAX;

    Scope(ObjectNode sample) {
        this.sample = sample;
    }

    ObjectNode sample() {
        return sample;
    }

    /** Books characters or list items before they are made. */
    void spend(long made) {
        left -= made;
        if (left < 0) {
            throw new SampleException("expression makes more than " + MADE_MAX + " characters");
        }
    }

    TextNode text(String made) {
        spend(made.length());
        return TextNode.valueOf(made);
    }
}
