package quern.kv.journal;

/**
 * A record as read.
 *
 * @param version 1 when created, one more with each change; what {@link WriteSet#replace} expects
 */
public record Versioned<T>(T value, long version) {}
