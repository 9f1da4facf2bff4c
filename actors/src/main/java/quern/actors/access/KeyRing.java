package quern.actors.access;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import quern.actors.Caller;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.KeyRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/**
 * The keys of this appliance. Only salted hashes are kept, in the catalogue, and compared in constant time. The first
 * start makes an administrator's key and writes it once to {@code admin.key}, readable by its owner alone. Looking a
 * key up is memory only; {@link #issue} and {@link #revoke} block until the catalogue has it.
 */
public final class KeyRing {

    private static final int KEY_CHARS_MAX = 256;
    private static final int KEYS_MAX = 10_000;

    private final Catalogue catalogue;
    private final Map<String, KeyRecord> keys = new ConcurrentHashMap<>();

    private KeyRing(Catalogue catalogue) {
        this.catalogue = catalogue;
        catalogue.all(RecordKind.KEY, KeyRecord.class).forEach(key -> keys.put(key.id(), key));
    }

    /** Makes the administrator's key if there is none yet. */
    public static KeyRing open(Catalogue catalogue, DataDirectory directory) {
        var ring = new KeyRing(catalogue);
        if (ring.keys.values().stream().noneMatch(key -> key.admin() && !key.revoked())) {
            ring.issueFirst(directory);
        }
        return ring;
    }

    /** The file is written first: a key without a file would lock its owner out, a file without a key is replaced. */
    private void issueFirst(DataDirectory directory) {
        KeyRecord.Issued issued =
                KeyRecord.issue("admin", List.of(KeyRecord.ADMIN), Optional.empty(), Set.of(),
                        System.currentTimeMillis());
        try {
            AtomicFile.write(directory.adminKeyFile(), issued.token() + "\n");
        } catch (IOException e) {
            throw new QuernException(
                    Category.FATAL, "cannot write " + directory.adminKeyFile() + ": " + e.getMessage(), e);
        }
        store(issued.key());
    }

    /** Who holds the key; empty when it is unknown or revoked. */
    public Optional<Caller> holder(String token) {
        if (token.length() > KEY_CHARS_MAX) {
            return Optional.empty();
        }
        return KeyRecord.idIn(token)
                .map(keys::get)
                .filter(key -> key.accepts(token))
                .map(key -> Caller.of(key.id(), key.admin(), key.tenant(), key.labels()));
    }

    /**
     * A new key.
     *
     * @param tenant keys of one tenant share cached prompts; absent: it shares with nobody
     * @throws QuernException ERROR if there are too many
     */
    public KeyRecord.Issued issue(String name, boolean admin, Optional<String> tenant, Set<String> labels) {
        if (keys.size() >= KEYS_MAX) {
            throw new QuernException(Category.ERROR, keys.size() + " keys exist, at most " + KEYS_MAX);
        }
        KeyRecord.Issued issued = KeyRecord.issue(
                name, admin ? List.of(KeyRecord.ADMIN) : List.of(), tenant, labels, System.currentTimeMillis());
        store(issued.key());
        return issued;
    }

    /** Ends a key at once; what it owns stays. Empty when there is no such key. */
    public Optional<KeyRecord> revoke(String id) {
        KeyRecord key = keys.get(id);
        if (key == null) {
            return Optional.empty();
        }
        store(key.revokedNow());
        return Optional.of(keys.get(id));
    }

    /** All keys, revoked ones too, oldest first. */
    public List<KeyRecord> list() {
        return keys.values().stream().sorted(Comparator.comparing(KeyRecord::id)).toList();
    }

    private void store(KeyRecord key) {
        catalogue.commit(new WriteSet().put(RecordKind.KEY, key.id(), key));
        keys.put(key.id(), key);
    }
}
