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
 * Key to slot, in a persisted Chronicle Map. The map does not survive a kill (opening it can hang then), so a marker
 * with the file's checksum is written on close and removed on open; without a fitting marker the map is discarded and
 * {@link #fresh} asks the owner to fill it again. Thread-safe; look-ups do not block on disks.
 */
final class SlotIndex implements AutoCloseable {

    static final int ABSENT = -1;

    static {
        // The library reports its use over the network unless it is told not to before its first class is loaded.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
    }

    private static final int CHECK_BYTES = 1 << 16;
    /** Room for keys that fall unevenly into the map's segments. */
    private static final double BLOAT_MAX = 4;

    private final ChronicleMap<byte[], Integer> map;
    private final Path file;
    private final Path marker;
    private final int slots;
    private final boolean fresh;

    private SlotIndex(ChronicleMap<byte[], Integer> map, Path file, Path marker, int slots, boolean fresh) {
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
        ChronicleMap<byte[], Integer> map = ChronicleMapBuilder.of(byte[].class, Integer.class)
                .name("slots")
                .entries(slots)
                .constantKeySizeBySample(new byte[BlockKey.BYTES])
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
        return slots + " " + Long.toHexString(crc.getValue());
    }

    /** Whether the map started empty although the slots may not be. */
    boolean fresh() {
        return fresh;
    }

    int slotOf(BlockKey key) {
        Integer slot = map.get(key.bytes());
        return slot == null ? ABSENT : slot;
    }

    void put(BlockKey key, int slot) {
        map.put(key.bytes(), slot);
    }

    /** Forgets the key if it points to this slot. */
    void remove(BlockKey key, int slot) {
        map.remove(key.bytes(), slot);
    }

    void forEach(ObjIntConsumer<BlockKey> use) {
        map.forEach((key, slot) -> use.accept(BlockKey.ofBytes(key), slot));
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
