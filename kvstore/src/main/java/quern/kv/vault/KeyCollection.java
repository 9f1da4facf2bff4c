package quern.kv.vault;

import java.util.Locale;

/** What has a collection key of its own. The code is stored: a collection may be added, never renumbered. */
public enum KeyCollection {
    DOCUMENTS(1),
    DATASETS(2),
    ADAPTERS(3),
    FILES(4),
    JOBS(5),
    /** Values of the catalogue, sealed by the collection's own key. */
    CATALOGUE(6),
    /** Blocks of the KV cache's lower tiers, sealed by the collection's own key. */
    BLOCKS(7),
    /** Bodies on their way in; gone at the next start. */
    SPOOL(8);

    private final byte code;

    KeyCollection(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** As files and messages name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The collection with a stored code, or null. */
    static KeyCollection ofCode(byte code) {
        for (KeyCollection collection : values()) {
            if (collection.code == code) {
                return collection;
            }
        }
        return null;
    }
}
