package quern.curation;

/**
 * An operator in a run's plan, with what was found on the first samples.
 *
 * @param label recipe key, with {@code #2} for its second use
 * @param index place in the recipe, from 0
 * @param movable whether it may change places with its neighbours
 * @param seen samples that it was tried on, whatever operators before it said; 0 where it was not tried
 * @param dropped of these
 * @param nanos time it took on this machine, with counting that operators behind it share
 */
public record PlannedStep(String label, int index, boolean movable, long seen, long dropped, long nanos) {}
