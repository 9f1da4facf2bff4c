package quern.curation;

/** Where a stage of a run reads: the run's source, or what the stage before it left. */
interface StageInput extends AutoCloseable {

    /** The next sample, or one dropped before the stage's first operator. */
    sealed interface Item {}

    record Live(Draft draft) implements Item {}

    /** @param label operator that dropped it */
    record Gone(String label, RejectLog.Entry entry) implements Item {}

    /** Null at the end. */
    Item next();

    String position();

    @Override
    void close();
}
