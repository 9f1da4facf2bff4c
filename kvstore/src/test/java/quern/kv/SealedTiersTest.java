package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.config.KvConfig;
import quern.kv.vault.SealedBlocks;
import quern.kv.vault.Vault;

/** Lower tiers under the vault's own seal. */
class SealedTiersTest {

    @TempDir
    private Path data;

    private Vault vault(Path directory) {
        return Vault.open(directory, new EncryptionConfig(true, Optional.empty()), Map.of());
    }

    private TierStack open(KvConfig config, BlockSeal seal) {
        TierStack stack = TierStack.open(config, Blocks.BYTES, Blocks.LAYOUT, data.resolve("blocks"), seal);
        stack.openLower();
        assertEquals(List.of(), stack.reports());
        return stack;
    }

    @Test
    void shouldGiveTheSameBytesAfterReopeningAndNoneWithOtherKeys() throws IOException {
        for (KvConfig config : List.of(
                Blocks.config(2, Blocks.slotsBytes(4), 0), Blocks.config(2, 0, Blocks.coldBytes(4)))) {
            try (Vault vault = vault(data)) {
                try (TierStack stack = open(config, SealedBlocks.of(vault))) {
                    Blocks.store(stack, 1);
                    Blocks.store(stack, 2);
                    assertEquals(2, stack.writeBehind(9));
                }
                try (TierStack stack = open(config, SealedBlocks.of(vault))) {
                    assertArrayEquals(Blocks.bytes(1), Blocks.load(stack, 1).orElseThrow());
                    assertArrayEquals(Blocks.bytes(2), Blocks.load(stack, 2).orElseThrow());
                }
            }
            assertFalse(anyFileHolds(Arrays.copyOf(Blocks.bytes(1), 32)));
            ByteBuffer tokens = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            tokens.putInt(Blocks.tokens(1)[0]).putInt(Blocks.tokens(1)[1]);
            assertFalse(anyFileHolds(tokens.array()), "token ids are in the clear");
            try (Vault other = vault(Files.createDirectories(data.resolve("other")));
                    TierStack stack = open(config, SealedBlocks.of(other))) {
                assertEquals(Optional.empty(), Blocks.load(stack, 1));
            }
            DataDirectory.removeTree(data.resolve("blocks"));
        }
    }

    private boolean anyFileHolds(byte[] wanted) throws IOException {
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(data.resolve("blocks"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void shouldNotOpenAPartWhenAnyByteOfItIsChanged() {
        try (Vault vault = vault(data)) {
            BlockSeal seal = SealedBlocks.of(vault);
            byte[] plain = Blocks.bytes(3);
            ByteBuffer about = ByteBuffer.wrap(new byte[] {1, 2, 3});
            ByteBuffer guard = ByteBuffer.allocate(BlockSeal.GUARD_BYTES);
            byte[] stored = seal.seal(about, MemorySegment.ofArray(plain), guard)
                    .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            assertFalse(Arrays.equals(plain, stored));
            byte[] opened = new byte[plain.length];
            MemorySegment target = MemorySegment.ofArray(opened);
            assertTrue(seal.open(about, MemorySegment.ofArray(stored), target, guard));
            assertArrayEquals(plain, opened);
            MemorySegment inPlace = MemorySegment.ofArray(stored.clone());
            assertTrue(seal.open(about, inPlace, inPlace, guard));
            for (int i = 0; i < stored.length; i += 97) {
                byte[] changed = stored.clone();
                changed[i] ^= 1;
                assertFalse(seal.open(about, MemorySegment.ofArray(changed), target, guard), "byte " + i);
            }
            for (int i = 0; i < guard.capacity(); i++) {
                ByteBuffer changed = ByteBuffer.wrap(guard.array().clone());
                changed.put(i, (byte) (changed.get(i) ^ 1));
                assertFalse(seal.open(about, MemorySegment.ofArray(stored), target, changed), "guard byte " + i);
            }
            assertFalse(seal.open(ByteBuffer.wrap(new byte[] {1, 2, 4}), MemorySegment.ofArray(stored), target, guard));
        }
    }
}
