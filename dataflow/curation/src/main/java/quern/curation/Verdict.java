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
     * @param threshold the bound it is beyond; {@code NaN} where there is none
     */
    record Drop(String reason, double stat, double threshold) implements Verdict {

        public Drop(String reason, double stat) {
            this(reason, stat, Double.NaN);
        }
    }

    static Verdict keep() {
        return Keep.KEEP;
    }

    static Verdict drop(String reason) {
        return new Drop(reason, Double.NaN);
    }
}
