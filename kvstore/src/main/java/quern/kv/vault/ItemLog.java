package quern.kv.vault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;

/**
 * The keys of all items, each sealed by its collection's key, in a file of equal entries that grows at its end:
 * {@code kind:1 collection:1 zero:2 key-version:4 hash:16 sealed-key:60 crc32c:4}. The last entry of an item counts. A
 * torn end is cut off at open: what it said was never acknowledged. Not thread-safe.
 */
final class ItemLog implements AutoCloseable {

    static final String FILE = "items.log";

    private static final byte[] MAGIC = "quern items 0001".getBytes(StandardCharsets.US_ASCII);
    private static final byte KEY = 1;
    private static final byte FORGOTTEN = 2;
    private static final int COLLECTION_AT = 1;
    private static final int VERSION_AT = 4;
    private static final int HASH_AT = 8;
    private static final int SEALED_AT = 24;
    private static final int SEALED_BYTES = Seal.KEY_BYTES + Seal.OVERHEAD_BYTES;
    private static final int CRC_AT = SEALED_AT + SEALED_BYTES;
    private static final int ENTRY_BYTES = CRC_AT + Integer.BYTES;
    /** So many entries may be outdated before the file is written anew at open. */
    private static final int OUTDATED_MAX = 1024;

    /** @param version of the collection's key that opens {@code sealed} */
    record Entry(int version, byte[] sealed) {}

    private final Path file;
    private final Map<ItemRef, Entry> entries = new HashMap<>();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private FileChannel channel;
    private long length;
    private int damaged;

    private ItemLog(Path file) {
        this.file = file;
    }

    static void create(Path directory) throws IOException {
        AtomicFile.write(directory.resolve(FILE), MAGIC);
    }

    /** @throws QuernException FATAL if the file is missing or none of these */
    static ItemLog open(Path directory) {
        return open(directory, true);
    }

    /** @param writable whether the file may be changed; else nothing may be put */
    static ItemLog open(Path directory, boolean writable) {
        var log = new ItemLog(directory.resolve(FILE));
        try {
            int read = log.load();
            if (writable) {
                log.prepare(read);
            }
            return log;
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, log.file + " cannot be read: " + e
                    + "; the keys of documents, datasets, adapters and files are there: restore it from a copy", e);
        }
    }

    private int load() throws IOException {
        byte[] all = Files.readAllBytes(file);
        if (all.length < MAGIC.length || !java.util.Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("expected to begin with '" + new String(MAGIC, StandardCharsets.US_ASCII) + "'");
        }
        int read = 0;
        int bad = 0;
        length = MAGIC.length;
        for (int at = MAGIC.length; at + ENTRY_BYTES <= all.length; at += ENTRY_BYTES) {
            if (take(ByteBuffer.wrap(all, at, ENTRY_BYTES).slice())) {
                damaged += bad;
                bad = 0;
                length = at + ENTRY_BYTES;
            } else {
                bad++;
            }
            read++;
        }
        return read;
    }

    private void prepare(int read) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
        if (channel.size() > length) {
            channel.truncate(length);
            channel.force(true);
        }
        if (read - entries.size() > OUTDATED_MAX && read > 2 * entries.size()) {
            rewrite();
        }
    }

    private boolean take(ByteBuffer entry) {
        KeyCollection collection = KeyCollection.ofCode(entry.get(COLLECTION_AT));
        if (collection == null || crc(entry) != entry.getInt(CRC_AT)) {
            return false;
        }
        var item = new ItemRef(collection, entry.getLong(HASH_AT), entry.getLong(HASH_AT + Long.BYTES));
        if (entry.get(0) == FORGOTTEN) {
            entries.remove(item);
        } else {
            byte[] sealed = new byte[SEALED_BYTES];
            entry.get(SEALED_AT, sealed);
            entries.put(item, new Entry(entry.getInt(VERSION_AT), sealed));
        }
        return true;
    }

    private static byte[] encode(byte kind, ItemRef item, int version, byte[] sealed) {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        entry.put(0, kind).put(COLLECTION_AT, item.collection().code()).putInt(VERSION_AT, version);
        entry.putLong(HASH_AT, item.high()).putLong(HASH_AT + Long.BYTES, item.low()).put(SEALED_AT, sealed);
        return entry.putInt(CRC_AT, crc(entry)).array();
    }

    private static int crc(ByteBuffer entry) {
        CRC32C crc = new CRC32C();
        crc.update(entry.slice(0, CRC_AT));
        return (int) crc.getValue();
    }

    Entry get(ItemRef item) {
        return entries.get(item);
    }

    Map<ItemRef, Entry> entries() {
        return entries;
    }

    /** Entries found damaged; their items' keys are lost. */
    int damaged() {
        return damaged;
    }

    /** On disk after {@link #force}. */
    void put(ItemRef item, Entry entry) {
        entries.put(item, entry);
        pending.writeBytes(encode(KEY, item, entry.version(), entry.sealed()));
    }

    /** On disk after {@link #force}. */
    void forget(ItemRef item) {
        if (entries.remove(item) != null) {
            pending.writeBytes(encode(FORGOTTEN, item, 0, new byte[SEALED_BYTES]));
        }
    }

    /** Everything put and forgotten is on disk when this returns; on failure it can be called again. */
    void force() throws IOException {
        if (pending.size() == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
        long at = length;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
        channel.force(false);
        length = at;
        pending.reset();
    }

    /** Writes the file anew with what counts and overwrites what it held before. */
    void rewrite() throws IOException {
        var content = new ByteArrayOutputStream(MAGIC.length + entries.size() * ENTRY_BYTES);
        content.writeBytes(MAGIC);
        entries.forEach((item, entry) -> content.writeBytes(encode(KEY, item, entry.version(), entry.sealed())));
        channel.close();
        try {
            WipedFile.replace(file, content.toByteArray());
            pending.reset();
        } finally {
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            length = channel.size();
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
