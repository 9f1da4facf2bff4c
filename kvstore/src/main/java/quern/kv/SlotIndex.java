package quern.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.ObjIntConsumer;
import java.util.zip.CRC32C;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * Key to slot and place in the chain, in a persisted Chronicle Map. The map does not survive a kill (opening it can
 * hang then), so a marker with the file's checksum is written on close and removed on open; without a fitting marker
 * the map is discarded and {@link #fresh} asks the owner to fill it again. Thread-safe; no look-up blocks on a disk.
 */
final class SlotIndex implements AutoCloseable {

    static {
        // The library reports its use over the network unless it is told not to before its first class is loaded.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
    }

    private static final int FORM = 2;
    private static final int CHECK_BYTES = 1 << 16;
    private static final int VALUE_BYTES = 2 * Integer.BYTES + Long.BYTES + 3 * BlockKey.BYTES;
    private static final int KEY_AT = VALUE_BYTES - 3 * BlockKey.BYTES;
    /** Room for keys that fall unevenly into the map's segments. */
    private static final double BLOAT_MAX = 4;

    private final ChronicleMap<byte[], byte[]> map;
    private final Path file;
    private final Path marker;
    private final int slots;
    private final boolean fresh;

    private SlotIndex(ChronicleMap<byte[], byte[]> map, Path file, Path marker, int slots, boolean fresh) {
        this.map = map;
        this.file = file;
        this.slots = slots;
        this.marker = marker;
        this.fresh = fresh;
    }

    /** @param keep whether a cleanly closed map may be used again */
    static SlotIndex open(Path file, int slots, boolean keep) throws IOException {
        Path marker = file.resolveSibling(file.getFileName() + ".clean");
        boolean clean = keep && closedCleanly(file, marker, slots);
        Files.deleteIfExists(marker);
        AtomicFile.forceDirectory(file.toAbsolutePath().getParent());
        if (!clean) {
            Files.deleteIfExists(file);
        }
        ChronicleMap<byte[], byte[]> map = ChronicleMapBuilder.of(byte[].class, byte[].class)
                .name("slots")
                .entries(slots)
                .constantKeySizeBySample(new byte[BlockKey.BYTES])
                .constantValueSizeBySample(new byte[VALUE_BYTES])
                .putReturnsNull(true)
                .removeReturnsNull(true)
                .maxBloatFactor(BLOAT_MAX)
                .createPersistedTo(file.toFile());
        return new SlotIndex(map, file, marker, slots, !clean);
    }

    private static boolean closedCleanly(Path file, Path marker, int slots) throws IOException {
        try {
            return Files.readString(marker).equals(seal(file, slots));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String seal(Path file, int slots) throws IOException {
        CRC32C crc = new CRC32C();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(CHECK_BYTES);
            while (channel.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return FORM + " " + slots + " " + Long.toHexString(crc.getValue());
    }

    /** Whether the map started empty although the slots may not be. */
    boolean fresh() {
        return fresh;
    }

    void put(BlockKey key, int slot) {
        ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES).putInt(slot).putInt(key.depth()).putLong(key.head());
        key.store(value);
        map.put(key.bytes(), value.array());
    }

    void remove(BlockKey key) {
        map.remove(key.bytes());
    }

    /** Every key, with its place in the chain, and its slot. */
    void forEach(ObjIntConsumer<BlockKey> use) {
        map.forEach((key, value) -> {
            ByteBuffer found = ByteBuffer.wrap(value);
            use.accept(BlockKey.stored(found, KEY_AT, found.getInt(Integer.BYTES), found.getLong(2 * Integer.BYTES),
                    BlockKey.UNKNOWN_RUN), found.getInt(0));
        });
    }

    @Override
    public void close() {
        map.close();
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            AtomicFile.write(marker, seal(file, slots));
        } catch (IOException e) {
            throw new UncheckedIOException("index " + file + " not closed cleanly", e);
        }
    }
}
