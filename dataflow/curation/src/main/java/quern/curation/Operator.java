package quern.curation;

/**
 * One step of a recipe: a pure function with its parameters fixed, named by its recipe key. What it may do to the
 * data is its kind: a {@link Mapper} changes a sample or makes several of it, a {@link Filter} judges one sample by
 * itself, a {@link Deduplicator} compares all samples, a {@link Selector} chooses among all samples,
 * a {@link Grouper} joins all samples by groups, a {@link SourceCap} counts by source.
 */
public sealed interface Operator permits Mapper, Filter, Deduplicator, Selector, Grouper, SourceCap {

    /** The recipe key, for example {@code clean_email_mapper}. */
    String name();

    /**
     * Whether the operator mostly waits for something else, such as a model's answers, so that many samples may be in
     * it at once whatever the number of cores.
     */
    default boolean waits() {
        return false;
    }
}
