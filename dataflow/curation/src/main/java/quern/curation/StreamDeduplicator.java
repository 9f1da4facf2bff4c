package quern.curation;

import java.util.BitSet;
import quern.curation.text.TextView;

/** Decides sample by sample, in input order, by keys of which equal ones are the whole test. */
public non-sealed interface StreamDeduplicator extends Deduplicator {

    /** 128-bit keys of a text, in order; implementations add what they need to decide. Immutable. */
    interface Keys {

        int count();

        long high(int key);

        long low(int key);
    }

    /** What becomes of a sample. */
    sealed interface Outcome {}

    /**
     * The sample goes on.
     *
     * @param text its text; the same object where nothing was cut
     * @param cut pieces that were cut out
     * @param left keys of what is left: they count as seen from then on
     */
    record Remaining(String text, int cut, BitSet left) implements Outcome {}

    /** @param reason short fixed text */
    record Repeated(String reason) implements Outcome {}

    /** The keys of a text. Pure; safe for several threads. */
    Keys keys(TextView text);

    /** Whether a key counts as seen too where it is repeated within one sample. */
    default boolean withinSample() {
        return true;
    }

    /** Decides by the keys seen before. Pure. */
    Outcome decide(String text, Keys keys, BitSet seen);
}
