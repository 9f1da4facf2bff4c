package quern.curation;

/** Where a stage of a run reads: the run's source, or what the stage before it left. */
interface StageInput extends AutoCloseable {

    /** The next sample, or one dropped before the stage's first operator. */
    sealed interface Item {}

    record Live(Draft draft) implements Item {}

    /** @param label operator that dropped it */
    record Gone(String label, RejectLog.Entry entry) implements Item {}

    /**
     * A sample made of others, or the drop of a group of which none is made.
     *
     * @param label operator that made it
     * @param more samples there are now beyond those it took; negative where it joined some
     * @param item {@link Live} or {@link Gone}
     */
    record Made(String label, long more, Item item) implements Item {}

    /** Null at the end. */
    Item next();

    String position();

    /** Samples that operators will get; 0 where nobody knows. */
    default long total() {
        return 0;
    }

    /** How many of them were behind a position. */
    default long done(String position) {
        return 0;
    }

    @Override
    void close();
}
