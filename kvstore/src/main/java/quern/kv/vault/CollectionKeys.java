package quern.kv.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * The keys of the collections by version, sealed by the master key in one file. A collection has two versions only
 * while its item keys are moved from one to the other. Not thread-safe.
 */
final class CollectionKeys {

    static final String FILE = "collections.keys";

    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final String vaultId;
    private final Map<KeyCollection, TreeMap<Integer, byte[]>> keys = new EnumMap<>(KeyCollection.class);
    private MasterKey master;

    private CollectionKeys(Path file, String vaultId, MasterKey master) {
        this.file = file;
        this.vaultId = vaultId;
        this.master = master;
    }

    /** New keys for all collections, not stored yet. */
    static CollectionKeys create(Path directory, MasterKey master) {
        String id = HexFormat.of().formatHex(Seal.randomBytes(8));
        var created = new CollectionKeys(directory.resolve(FILE), id, master);
        created.addMissing();
        return created;
    }

    /**
     * @param offered one of them has to be the key the file was sealed with
     * @throws QuernException FATAL naming the file, the key expected and those found
     */
    static CollectionKeys open(Path directory, List<MasterKey> offered) {
        Path file = directory.resolve(FILE);
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root == null || root.path("format").asInt() != FORMAT || !root.path("collections").isObject()) {
                throw new QuernException(Category.FATAL, file + " is damaged: expected a key file of format " + FORMAT
                        + "; restore it from a copy");
            }
            String expected = root.path("master").asText();
            MasterKey master = offered.stream().filter(key -> key.id().equals(expected)).findFirst()
                    .orElseThrow(() -> wrongKey(file, expected, offered));
            var opened = new CollectionKeys(file, root.path("vault").asText(), master);
            opened.read(root.path("collections"));
            if (opened.addMissing()) {
                opened.store();
            }
            return opened;
        } catch (IOException | IllegalArgumentException | SealBroken e) {
            throw new QuernException(Category.FATAL, file + " cannot be read: " + e.getMessage()
                    + "; what the data directory holds sealed opens with nothing else: restore it from a copy", e);
        }
    }

    private static QuernException wrongKey(Path file, String expected, List<MasterKey> offered) {
        String found = offered.isEmpty() ? "found none" : "found key " + offered.getFirst().id() + " in "
                + offered.getFirst().source();
        return new QuernException(Category.FATAL, "master key: " + file + " was sealed with key " + expected + ", "
                + found + "; put the right key into " + MasterKey.FILE + " of the data directory, or give it by "
                + "encryption.key-file or " + MasterKey.VARIABLE);
    }

    private boolean addMissing() {
        boolean added = false;
        for (KeyCollection collection : KeyCollection.values()) {
            if (!keys.containsKey(collection)) {
                keys.put(collection, new TreeMap<>(Map.of(1, Seal.randomBytes(Seal.KEY_BYTES))));
                added = true;
            }
        }
        return added;
    }

    private void read(JsonNode collections) {
        Seal seal = master.seal();
        List<String> known = Stream.of(KeyCollection.values()).map(KeyCollection::label).toList();
        collections.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("collection '" + name + "', expected one of " + known);
            }
        });
        for (KeyCollection collection : KeyCollection.values()) {
            JsonNode versions = collections.path(collection.label());
            TreeMap<Integer, byte[]> read = new TreeMap<>();
            versions.properties().forEach(entry -> read.put(Integer.parseInt(entry.getKey()), seal.open(
                    Base64.getDecoder().decode(entry.getValue().asText()), context(collection, entry.getKey()))));
            if (!read.isEmpty()) {
                keys.put(collection, read);
            }
        }
    }

    private byte[] context(KeyCollection collection, String version) {
        return ("quern collection key " + vaultId + " " + collection.label() + " " + version)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the file; what it held before is overwritten. */
    void store() throws IOException {
        Seal seal = master.seal();
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT).put("vault", vaultId).put("master", master.id());
        ObjectNode collections = root.putObject("collections");
        keys.forEach((collection, versions) -> {
            ObjectNode sealed = collections.putObject(collection.label());
            versions.forEach((version, key) -> sealed.put(version.toString(), Base64.getEncoder().encodeToString(
                    seal.seal(key, context(collection, version.toString())))));
        });
        WipedFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    }

    /** A random name of this set of keys, by which a lost or foreign one is told from the right one. */
    String vaultId() {
        return vaultId;
    }

    MasterKey master() {
        return master;
    }

    void master(MasterKey next) {
        master = next;
    }

    int version(KeyCollection collection) {
        return keys.get(collection).lastKey();
    }

    boolean isMoving(KeyCollection collection) {
        return keys.get(collection).size() > 1;
    }

    /** Adds a version above the newest, without storing it. */
    void addVersion(KeyCollection collection) {
        keys.get(collection).put(version(collection) + 1, Seal.randomBytes(Seal.KEY_BYTES));
    }

    /** Undoes {@link #addVersion}. */
    void dropNewestVersion(KeyCollection collection) {
        keys.get(collection).pollLastEntry();
    }

    /** Forgets all versions but the newest, without storing that. */
    void dropOldVersions(KeyCollection collection) {
        TreeMap<Integer, byte[]> versions = keys.get(collection);
        versions.headMap(versions.lastKey()).clear();
    }

    Seal seal(KeyCollection collection) {
        return seal(collection, version(collection));
    }

    /** @throws SealBroken if there is no such version any more */
    Seal seal(KeyCollection collection, int version) {
        byte[] key = keys.get(collection).get(version);
        if (key == null) {
            throw new SealBroken("key of collection " + collection.label() + ": version " + version
                    + " expected, found " + keys.get(collection).keySet());
        }
        return new Seal(key, "collection " + collection.label());
    }
}
