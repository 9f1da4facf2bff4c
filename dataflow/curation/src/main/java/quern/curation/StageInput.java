package quern.curation;

import java.nio.file.Path;

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

    /**
     * The samples that a stage left, after the operator that ends it has decided over all of them.
     *
     * @param memoryBytes most memory for the decision
     * @param position where to go on; empty: at the beginning
     */
    static StageInput behind(Stage.Labelled decider, Path directory, int stage, Recipe recipe, long memoryBytes,
            String position, DatasetLookup earlier) {
        return switch (decider.operator()) {
            case ClusterDeduplicator cluster -> new ClusteredInput(directory, stage, cluster, decider.label(),
                    memoryBytes, position, new EarlierDatasets(earlier));
            case Selector selector -> new SpillInput(directory, stage, selector, decider.label(), memoryBytes,
                    position);
            case Grouper _ -> new GroupInput(directory, stage, decider, recipe, memoryBytes, position);
            case Mapper _, Filter _, StreamDeduplicator _, SourceCap _ ->
                    throw new IllegalStateException(decider.label() + " ends no stage");
        };
    }
}
