package quern.kv.journal;

/** The name of a catalogue record. */
public record RecordRef(RecordKind kind, String id) {

    @Override
    public String toString() {
        return kind + " " + id;
    }
}
