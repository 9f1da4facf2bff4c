package quern.kv.journal;

/** What a catalogue record describes. The code is part of the stored key: a kind may be added, never renumbered. */
public enum RecordKind {
    DOCUMENT('d'),
    FILE('f'),
    DATASET('s'),
    JOB('j'),
    ADAPTER('a'),
    BATCH('b'),
    KEY('k'),
    ALIAS('l'),
    MODEL('m'),
    /** A document that no run may use. */
    QUARANTINE('q'),
    /** A prompt whose blocks stay in the cache. */
    PIN('i'),
    /** The erasure of a document, under the document's id. */
    ERASURE('e'),
    /** What stood where a dataset was that was rewritten, under the old id. */
    TOMBSTONE('t'),
    /** A standing pipeline. */
    PIPELINE('n'),
    /** A file that a standing pipeline has seen. */
    PIPELINE_FILE('o'),
    /** A sample of a dataset; appears in lineage edges only. */
    SAMPLE('p'),
    /** A generated answer; appears in lineage edges only. */
    ANSWER('w');

    private final byte code;

    RecordKind(char code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static RecordKind ofCode(byte code) {
        for (RecordKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new CatalogueDamaged("record kind with code " + code + ", which this version does not know", null);
    }
}
