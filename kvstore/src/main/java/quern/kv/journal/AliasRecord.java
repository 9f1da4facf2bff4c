package quern.kv.journal;

import java.util.Optional;

/**
 * A model name that points to an adapter.
 *
 * @param alias what a request's {@code model} says
 * @param current adapter id served; empty: the base model
 * @param previous what {@link #rolledBack} returns to; empty: the base model
 */
public record AliasRecord(
        String alias, Optional<String> current, Optional<String> previous, Ownership ownership, long updatedAtMs) {

    public static AliasRecord of(String alias, String adapterId, Ownership ownership, long nowMs) {
        return new AliasRecord(alias, Optional.of(adapterId), Optional.empty(), ownership, nowMs);
    }

    /** Points to {@code adapterId} and remembers what it pointed to; to publish the current one changes nothing. */
    public AliasRecord published(String adapterId, long nowMs) {
        return current.equals(Optional.of(adapterId))
                ? this
                : new AliasRecord(alias, Optional.of(adapterId), current, ownership, nowMs);
    }

    /** Points elsewhere, without what it remembers meaning anything. @param before what a roll-back returns to */
    public AliasRecord moved(Optional<String> to, Optional<String> before, long nowMs) {
        return new AliasRecord(alias, to, before, ownership, nowMs);
    }

    /** Points to the previous one; the one rolled back from is not remembered. */
    public AliasRecord rolledBack(long nowMs) {
        return new AliasRecord(alias, previous, Optional.empty(), ownership, nowMs);
    }
}
