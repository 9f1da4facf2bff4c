package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.KvConfig;

class BlockSealTest {

    @TempDir
    Path directory;

    /** Turns every byte over, and checks with the plain seal: what is stored is not the block's own. */
    private record Turned(int id) implements BlockSeal {

        @Override
        public MemorySegment seal(ByteBuffer about, MemorySegment plain, ByteBuffer guard) {
            MemorySegment turned = turn(plain);
            PLAIN.seal(about, turned, guard);
            return turned;
        }

        @Override
        public boolean open(ByteBuffer about, MemorySegment stored, MemorySegment target, ByteBuffer guard) {
            if (!PLAIN.open(about, stored, target, guard)) {
                return false;
            }
            target.copyFrom(turn(target));
            return true;
        }

        private static MemorySegment turn(MemorySegment bytes) {
            byte[] turned = bytes.toArray(ValueLayout.JAVA_BYTE);
            for (int i = 0; i < turned.length; i++) {
                turned[i] = (byte) ~turned[i];
            }
            return MemorySegment.ofArray(turned);
        }
    }

    private TierStack open(KvConfig config, BlockSeal seal) {
        return TierStack.open(config, Blocks.BYTES, Blocks.LAYOUT, directory, seal);
    }

    @Test
    void shouldStoreOnlyWhatTheSealGivesAndOpenItWithTheSameSealAlone() throws IOException {
        for (KvConfig config : new KvConfig[] {
            Blocks.config(2, Blocks.slotsBytes(4), 0), Blocks.config(2, 0, Blocks.coldBytes(4))
        }) {
            try (TierStack stack = open(config, new Turned(7))) {
                Blocks.store(stack, 1);
                assertEquals(1, stack.writeBehind(9));
                assertArrayEquals(Blocks.bytes(1), Blocks.load(stack, 1).orElseThrow());
            }
            assertFalse(anyFileHolds(Arrays.copyOf(Blocks.bytes(1), 64)));
            try (TierStack stack = open(config, new Turned(8))) {
                assertEquals(Optional.empty(), Blocks.load(stack, 1));
            }
            try (TierStack stack = open(config, BlockSeal.PLAIN)) {
                assertEquals(Optional.empty(), Blocks.load(stack, 1));
                Blocks.store(stack, 2);
            }
            assertTrue(anyFileHolds(Arrays.copyOf(Blocks.bytes(2), 64)), "the search finds what is there");
            DataDirectory.removeTree(directory.resolve("warm"));
            DataDirectory.removeTree(directory.resolve("cold"));
        }
    }

    private boolean anyFileHolds(byte[] wanted) throws IOException {
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
