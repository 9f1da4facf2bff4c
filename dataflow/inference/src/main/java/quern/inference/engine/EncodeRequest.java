package quern.inference.engine;

/**
 * One text for the encoder.
 *
 * @param id unique among everything the loop knows
 * @param tokens ids, framing tokens included, at least one; not changed afterwards
 */
public record EncodeRequest(long id, int[] tokens) {}
