package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Makes new samples of groups of all samples. The samples wait on disk and one group at a time is in memory; a group
 * that is larger than {@code curation.deduplication-memory} allows ends the run and says so.
 */
public non-sealed interface Grouper extends Operator {

    /** What the samples are grouped by. */
    sealed interface Grouping {}

    /** All samples are one group. */
    enum Together implements Grouping { TOGETHER }

    /** Each sample is a group of its own. */
    enum Apart implements Grouping { APART }

    /** @param paths dotted paths of fields; samples with equal values in all of them are a group */
    record By(List<String> paths) implements Grouping {}

    Grouping grouping();

    /**
     * The samples made of one group.
     *
     * @param members fields of its samples in input order, at least one; may be changed
     * @throws SampleException if nothing can be made of them: the group is dropped with that reason
     */
    List<ObjectNode> make(List<ObjectNode> members);

    /**
     * Sees all samples once before the first group is made; again after a restart, with the same samples.
     */
    default void begin(Iterable<ObjectNode> samples) {}
}
