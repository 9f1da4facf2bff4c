package quern.actors.tuning;

/**
 * What tuning in rounds was asked for, every parameter effective.
 *
 * @param tuning of each round; to what it learns from each round adds the pairs it wrote
 * @param rounds at most
 * @param pairs written in one round, at most
 * @param practiceId a dataset, or an uploaded file of checks, that each round asks to find out what is not known yet
 * @param seesAll whether whoever asked for it may name everybody's models
 */
public record RoundsSpec(TuningSpec tuning, int rounds, int pairs, String practiceId, boolean seesAll) {}
