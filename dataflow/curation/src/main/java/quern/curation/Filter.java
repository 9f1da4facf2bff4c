package quern.curation;

/** Keeps or drops one sample by looking at it alone. */
public non-sealed interface Filter extends Operator {

    Verdict judge(Draft draft);

    /**
     * Whether the verdict depends on nothing that another filter writes, and other filters on nothing it writes, so
     * that filters like it may be asked in any order.
     */
    default boolean isIndependent() {
        return false;
    }

    /** The number it judges by and the range it keeps; null where it judges by something else. */
    default Bound bound() {
        return null;
    }
}
