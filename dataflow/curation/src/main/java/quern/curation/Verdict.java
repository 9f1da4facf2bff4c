package quern.curation;

/** What a filter says about one sample. */
public sealed interface Verdict {

    /** The sample goes on. */
    enum Keep implements Verdict {
        /** The only one. */
        KEEP
    }

    /**
     * The sample ends here.
     *
     * @param reason a short fixed text, one of few per operator: runs count by it
     * @param stat the measured value that decided; {@code NaN} where none was measured
     */
    record Drop(String reason, double stat) implements Verdict {}

    static Verdict keep() {
        return Keep.KEEP;
    }

    static Verdict drop(String reason) {
        return new Drop(reason, Double.NaN);
    }
}
