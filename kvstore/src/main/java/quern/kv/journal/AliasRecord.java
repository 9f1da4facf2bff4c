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

    /** What may stand behind an alias to say that whatever it points to now is meant: {@code NAME@live}. */
    public static final String LIVE = "@live";

    /** The alias that a name means, with or without {@link #LIVE} behind it. */
    public static Optional<AliasRecord> named(Catalogue catalogue, String name) {
        Optional<AliasRecord> plain = catalogue.get(RecordKind.ALIAS, name, AliasRecord.class);
        return plain.isPresent() || !name.endsWith(LIVE) || name.length() == LIVE.length() ? plain
                : catalogue.get(RecordKind.ALIAS, name.substring(0, name.length() - LIVE.length()), AliasRecord.class);
    }

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
