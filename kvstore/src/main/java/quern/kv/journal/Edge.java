package quern.kv.journal;

/**
 * One step of lineage: {@code to} was made from {@code from}. At most one edge per (from, to, role).
 *
 * @param role what the source was to the derived thing, e.g. {@code source}, {@code training-set}, {@code span}
 * @param detailJson JSON that only the role's users understand, e.g. offsets; may be empty
 */
public record Edge(
        RecordKind fromKind, String fromId, RecordKind toKind, String toId, String role, String detailJson) {

    public Edge {
        RecordKeys.requireId(fromId);
        RecordKeys.requireId(toId);
        RecordKeys.requireId(role);
        if (detailJson == null) {
            throw new IllegalArgumentException("edge " + fromId + " -> " + toId + " without detail; use an empty text");
        }
    }

    public RecordRef from() {
        return new RecordRef(fromKind, fromId);
    }

    public RecordRef to() {
        return new RecordRef(toKind, toId);
    }
}
