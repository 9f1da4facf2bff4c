package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.EncryptionConfig;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.kv.vault.SealedBlocks;
import quern.kv.vault.Vault;

/** The warm tier outside of the data directory, in memory where the machine has a tmpfs. */
class WarmPlaceTest {

    private static final Path SHARED = Path.of("/dev/shm");
    private static final int SLOTS = 6;

    @TempDir
    Path directory;

    private Path memory;

    @BeforeEach
    void find() throws IOException {
        assumeTrue(Files.isDirectory(SHARED) && Files.getFileStore(SHARED).type().equals("tmpfs"), "no tmpfs");
        memory = Files.createTempDirectory(SHARED, "quern-test");
    }

    @AfterEach
    void delete() throws IOException {
        if (memory != null) {
            DataDirectory.removeTree(memory);
        }
    }

    private static KvConfig config(Optional<Path> warm) {
        KvConfig config = Blocks.config(3, Blocks.slotsBytes(SLOTS), Blocks.coldBytes(20));
        return new KvConfig(config.blockTokens(), config.type(), config.hot(), config.warm(), config.cold(), true, true,
                config.writeBehindBlocksMax(), warm);
    }

    private TierStack open(Optional<Path> warm, BlockSeal seal) {
        TierStack stack = BlockStore.in(directory.resolve("blocks"), config(warm), seal)
                .stack(Blocks.BYTES, Blocks.LAYOUT);
        stack.openLower();
        return stack;
    }

    private static void fill(TierStack stack, int to) {
        for (int i = 0; i < to; i++) {
            Blocks.store(stack, i);
            stack.writeBehind(1);
        }
    }

    private static boolean holds(Path root, byte[] wanted) throws IOException {
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void shouldFindBlocksInMemoryAgainAndSealThemOnlyOnADisk() throws IOException {
        try (Vault vault = Vault.open(directory, new EncryptionConfig(true, Optional.empty()), Map.of())) {
            findAgain(SealedBlocks.of(vault));
        }
    }

    private void findAgain(BlockSeal seal) throws IOException {
        WarmPlace place = WarmPlace.of(directory.resolve("blocks"), config(Optional.of(memory)));
        assertTrue(place.inMemory());
        try (TierStack stack = open(Optional.of(memory), seal)) {
            fill(stack, SLOTS + 2);
            assertEquals(List.of(), stack.reports());
        }
        byte[] hot = Arrays.copyOf(Blocks.bytes(SLOTS + 1), 64);
        byte[] cold = Arrays.copyOf(Blocks.bytes(0), 64);
        assertEquals(!place.sealed(), holds(memory, hot), "in memory as it is, unless the machine swaps");
        assertFalse(holds(directory, hot));
        assertFalse(holds(directory, cold), "on the disk sealed");
        assertFalse(Files.exists(directory.resolve("blocks/warm")));
        try (TierStack stack = open(Optional.of(memory), seal)) {
            for (int i = 0; i < SLOTS + 2; i++) {
                assertEquals(i < 2 ? BlockPool.Tier.COLD : BlockPool.Tier.WARM, stack.locate(Blocks.key(i)));
                assertArrayEquals(Blocks.bytes(i), Blocks.load(stack, i).orElseThrow(), "block " + i);
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenThePlaceChanges() throws IOException {
        byte[] block = Arrays.copyOf(Blocks.bytes(0), 64);
        Path other = Files.createDirectory(memory.resolve("other"));
        try (TierStack stack = open(Optional.empty(), BlockSeal.PLAIN)) {
            fill(stack, 1);
        }
        assertTrue(holds(directory.resolve("blocks/warm"), block));
        try (TierStack stack = open(Optional.of(memory), BlockSeal.PLAIN)) {
            assertFalse(Files.exists(directory.resolve("blocks/warm")));
            fill(stack, 1);
        }
        assertTrue(holds(memory, block));
        try (TierStack stack = open(Optional.of(other), BlockSeal.PLAIN)) {
            assertFalse(holds(memory, block));
            fill(stack, 1);
        }
        try (TierStack stack = open(Optional.empty(), BlockSeal.PLAIN)) {
            assertFalse(holds(memory, block));
            fill(stack, 1);
        }
        try (TierStack stack = open(Optional.of(memory), BlockSeal.PLAIN)) {
            fill(stack, 1);
        }
        WarmPlace.deleteOutside(directory.resolve("blocks"));
        assertFalse(holds(memory, block));
    }

    @Test
    void shouldNotUseADirectoryThatOthersCanWrite() throws IOException {
        WarmPlace place = WarmPlace.of(directory.resolve("blocks"), config(Optional.of(memory)));
        Files.createDirectory(place.directory());
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
        try (TierStack stack = open(Optional.of(memory), BlockSeal.PLAIN)) {
            assertEquals(1, stack.reports().size(), stack.reports()::toString);
            assertTrue(stack.reports().getFirst().contains("nobody else can use"), stack.reports()::toString);
            fill(stack, 2);
            assertEquals(2, stack.stats().get(BlockPool.Tier.COLD).entries(), "the cold tier takes them");
        }
        Files.delete(place.directory());
        Path elsewhere = Files.createDirectory(memory.resolve("elsewhere"));
        Files.createSymbolicLink(place.directory(), elsewhere);
        try (TierStack stack = open(Optional.of(memory), BlockSeal.PLAIN)) {
            assertEquals(1, stack.reports().size(), stack.reports()::toString);
            try (Stream<Path> files = Files.list(elsewhere)) {
                assertEquals(0, files.count());
            }
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsNotThereOrTooSmall() throws IOException {
        Path absent = memory.resolve("absent");
        QuernException refused = assertThrows(
                QuernException.class, () -> WarmPlace.require(config(Optional.of(absent))));
        assertTrue(refused.getMessage().contains(absent.toString()), refused.getMessage());
        KvConfig large = new KvConfig(4, KvConfig.ElementType.F32, DataSize.parse("1MiB"),
                new DataSize(Files.getFileStore(memory).getTotalSpace() + 1), DataSize.parse("1MiB"), true, true, 64,
                Optional.of(memory));
        refused = assertThrows(QuernException.class, () -> WarmPlace.require(large));
        assertTrue(refused.getMessage().contains("expected at least " + large.warm().bytes()), refused.getMessage());
        assertEquals(large.warm().bytes(), WarmPlace.memoryBytes(large));
        assertEquals(0, WarmPlace.memoryBytes(config(Optional.of(directory))), "a disk is no memory");
        assertEquals(0, WarmPlace.memoryBytes(config(Optional.empty())));
    }
}
