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
     */
    record Remaining(String text, int cut) implements Outcome {}

    /** @param reason short fixed text */
    record Repeated(String reason) implements Outcome {}

    /** The keys of a text. Pure; safe for several threads. */
    Keys keys(TextView text);

    /**
     * Decides by the keys seen before, in samples that went on or earlier in this one. Pure. The keys of a sample that
     * goes on count as seen from then on, those of a dropped one do not.
     */
    Outcome decide(String text, Keys keys, BitSet seen);
}
