package quern.curation;

/**
 * What a user may read about an operator.
 *
 * @param meaning what it does
 * @param differs where it does not do what Data-Juicer 1.4.3 does; empty where it does the same
 * @param example lines of a recipe; may be empty
 */
public record OperatorPage(String meaning, String differs, String example) {}
