package quern.kv.vault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import quern.config.EncryptionConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;

/**
 * The keys of a data directory: master → collection → item. {@link #find} and {@link #obtain} give an item's
 * {@link Seal}; {@link #destroy} makes what it sealed unreadable for good, in every copy of the data that does not
 * also hold older key files and the master key of their time.
 *
 * <p>Files: {@code keys/collections.keys} and {@code keys/items.log}, made together at the first start with encryption.
 * Without encryption and without keys a vault seals nothing; with keys it still opens what is sealed. Thread-safe.
 */
public final class Vault implements AutoCloseable {

    /** Its directory in the data directory. */
    public static final String DIRECTORY = "keys";

    private final boolean sealing;
    private final Path data;
    private final CollectionKeys collections;
    private final ItemLog items;
    private final ReentrantLock lock = new ReentrantLock();

    private Vault(boolean sealing, Path data, CollectionKeys collections, ItemLog items) {
        this.sealing = sealing;
        this.data = data;
        this.collections = collections;
        this.items = items;
    }

    /** Holds no keys: nothing is sealed and nothing sealed opens. */
    public static Vault none() {
        return new Vault(false, null, null, null);
    }

    /**
     * Opens the keys of a data directory, or makes them if there are none and encryption is on.
     *
     * @param environment where {@code QUERN_MASTER_KEY} may be
     * @throws QuernException FATAL naming file, expected and found, if the master key is missing or another, or a key
     *     file cannot be read; nothing is touched then
     */
    public static Vault open(Path data, EncryptionConfig config, Map<String, String> environment) {
        Path directory = data.resolve(DIRECTORY);
        boolean kept = Files.exists(directory);
        if (!kept && !config.atRest()) {
            return none();
        }
        List<MasterKey> offered = MasterKey.offered(data, config, environment);
        try {
            if (!kept) {
                create(data, directory, offered);
                offered = MasterKey.offered(data, config, environment);
            }
            var vault = new Vault(config.atRest(), data, CollectionKeys.open(directory, offered),
                    ItemLog.open(directory));
            vault.finishRotations(offered.size() > 1);
            return vault;
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "keys in " + directory + " cannot be made: " + e, e);
        }
    }

    /**
     * The keys of a data directory that another process may own, only to open what is sealed in it; {@link #none} if
     * it has none.
     *
     * @throws QuernException as {@link #open}
     */
    public static Vault openToRead(Path data, EncryptionConfig config, Map<String, String> environment) {
        Path directory = data.resolve(DIRECTORY);
        return Files.exists(directory)
                ? new Vault(false, data, CollectionKeys.open(directory, MasterKey.offered(data, config, environment)),
                        ItemLog.open(directory, false))
                : none();
    }

    /** The directory appears whole, after a master key that lies beside it. */
    private static void create(Path data, Path directory, List<MasterKey> offered) throws IOException {
        MasterKey master = offered.isEmpty() ? MasterKey.create(data) : offered.getFirst();
        if (offered.isEmpty()) {
            master.store();
        }
        Path temporary = AtomicFile.temporary(directory);
        DataDirectory.removeTree(temporary);
        DataDirectory.makeDirectory(temporary);
        CollectionKeys.create(temporary, master).store();
        ItemLog.create(temporary);
        AtomicFile.forceDirectory(temporary);
        AtomicFile.publish(temporary, directory);
    }

    private void finishRotations(boolean masterMoving) throws IOException {
        EnumSet<KeyCollection> moving = EnumSet.noneOf(KeyCollection.class);
        for (KeyCollection collection : KeyCollection.values()) {
            if (collections.isMoving(collection)) {
                moving.add(collection);
            }
        }
        if (!moving.isEmpty()) {
            finish(moving);
        }
        if (masterMoving) {
            collections.master().store();
        }
    }

    /** Whether what is written now is to be sealed. */
    public boolean sealing() {
        return sealing;
    }

    /** A name of this set of keys; empty if there is none. */
    public String id() {
        return collections == null ? "" : collections.vaultId();
    }

    /** The seal of a collection itself, for what belongs to no item. */
    public Seal collection(KeyCollection collection) {
        requireKeys("collection " + collection.label());
        return locked(() -> collections.seal(collection));
    }

    /** The seal of an item, if its key is held. */
    public Optional<Seal> find(ItemRef item) {
        return collections == null ? Optional.empty()
                : locked(() -> Optional.ofNullable(items.get(item)).map(entry -> unwrap(item, entry)));
    }

    /** The seal of an item. @throws SealBroken if its key is not held: destroyed, or lost with the item log */
    public Seal seal(ItemRef item) {
        requireKeys(item.toString());
        return find(item).orElseThrow(() -> new SealBroken(
                "key of " + item + ": expected in " + data.resolve(DIRECTORY).resolve(ItemLog.FILE) + ", found none"));
    }

    /** The seal of an item, with a new key, on disk, if it has none yet. */
    public Seal obtain(ItemRef item) throws IOException {
        lock.lock();
        try {
            Optional<Seal> known = find(item);
            if (known.isPresent()) {
                return known.get();
            }
            Seal created = create(item);
            items.force();
            return created;
        } finally {
            lock.unlock();
        }
    }

    /** A new key for an item, in place of one it may have; to be forced before anything it seals is acknowledged. */
    public Seal create(ItemRef item) {
        requireKeys(item.toString());
        return locked(() -> {
            byte[] key = Seal.randomBytes(Seal.KEY_BYTES);
            items.put(item, wrap(item, key));
            return new Seal(key, item.toString());
        });
    }

    /** Everything created and forgotten is on disk when this returns. */
    public void force() throws IOException {
        if (items == null) {
            return;
        }
        lock.lock();
        try {
            items.force();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops keys of items that are gone; durable with the next {@link #force}. An older copy of the key files may still
     * open what they sealed: see {@link #destroy}.
     */
    public void forget(Collection<ItemRef> gone) {
        if (items != null) {
            locked(() -> {
                gone.forEach(items::forget);
                return null;
            });
        }
    }

    /**
     * Makes what these items' keys sealed unreadable: the keys of their collections are replaced, the keys of all other
     * items sealed anew, and the files that held the old ones overwritten. With a master key of the directory's own
     * that is replaced too; one that was given from outside still opens older copies of the key files. On disk when
     * this returns; a kill in between leaves it undone or done, to be asked for again.
     *
     * @return how many of them had a key
     */
    public int destroy(Collection<ItemRef> gone) throws IOException {
        requireKeys("destroying keys");
        lock.lock();
        try {
            EnumSet<KeyCollection> touched = EnumSet.noneOf(KeyCollection.class);
            int found = 0;
            for (ItemRef item : gone) {
                found += items.get(item) == null ? 0 : 1;
                touched.add(item.collection());
            }
            begin(touched);
            items.entries().keySet().removeAll(List.copyOf(gone));
            finish(touched);
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Replaces every collection key and, where it is the directory's own, the master key. */
    public void rotate() throws IOException {
        requireKeys("rotation");
        lock.lock();
        try {
            EnumSet<KeyCollection> all = EnumSet.allOf(KeyCollection.class);
            // These two seal values directly: another key would leave what is stored unreadable.
            all.removeAll(EnumSet.of(KeyCollection.CATALOGUE, KeyCollection.BLOCKS));
            begin(all);
            finish(all);
        } finally {
            lock.unlock();
        }
    }

    private void begin(EnumSet<KeyCollection> moving) throws IOException {
        moving.forEach(collections::addVersion);
        try {
            collections.store();
        } catch (IOException | RuntimeException e) {
            moving.forEach(collections::dropNewestVersion);
            throw e;
        }
    }

    private void finish(EnumSet<KeyCollection> moving) throws IOException {
        for (Map.Entry<ItemRef, ItemLog.Entry> entry : items.entries().entrySet()) {
            ItemRef item = entry.getKey();
            if (moving.contains(item.collection())
                    && entry.getValue().version() != collections.version(item.collection())) {
                entry.setValue(wrap(item, unwrapKey(item, entry.getValue())));
            }
        }
        items.rewrite();
        moving.forEach(collections::dropOldVersions);
        MasterKey before = collections.master();
        if (before.isOwn()) {
            MasterKey next = MasterKey.create(data);
            next.store(before);
            collections.master(next);
        }
        collections.store();
        if (before.isOwn()) {
            collections.master().store();
        }
    }

    private ItemLog.Entry wrap(ItemRef item, byte[] key) {
        int version = collections.version(item.collection());
        return new ItemLog.Entry(version, collections.seal(item.collection()).seal(key, context(item, version)));
    }

    private byte[] unwrapKey(ItemRef item, ItemLog.Entry entry) {
        return collections.seal(item.collection(), entry.version())
                .open(entry.sealed(), context(item, entry.version()));
    }

    private Seal unwrap(ItemRef item, ItemLog.Entry entry) {
        return new Seal(unwrapKey(item, entry), item.toString());
    }

    private static byte[] context(ItemRef item, int version) {
        byte[] name = item.bytes();
        byte[] head = ("quern item key " + version + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] context = java.util.Arrays.copyOf(head, head.length + name.length);
        System.arraycopy(name, 0, context, head.length, name.length);
        return context;
    }

    private void requireKeys(String what) {
        if (collections == null) {
            throw new SealBroken(what + " is sealed, and this data directory has no keys: expected "
                    + DIRECTORY + "/" + CollectionKeys.FILE + " in it");
        }
    }

    public VaultStatus status() {
        if (collections == null) {
            return new VaultStatus(false, "", "", false, 0, 0);
        }
        return locked(() -> new VaultStatus(sealing, collections.master().source(), collections.master().id(),
                collections.master().isOwn(), items.entries().size(), items.damaged()));
    }

    private <T> T locked(java.util.function.Supplier<T> use) {
        lock.lock();
        try {
            return use.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            if (items != null) {
                items.close();
            }
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "keys in " + data.resolve(DIRECTORY) + " not closed: " + e, e);
        }
    }
}
