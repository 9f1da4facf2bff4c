package quern.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import quern.config.DataSize;
import quern.config.KvConfig;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;
import quern.kv.TierStack;

/** The warm tier's file: what it would spare to read blocks where they lie, and how long 100,000 slots take to open. */
record WarmFileBenchmark(Path directory) {

    private static final long BLOCK_BYTES = 400_000;
    private static final int SLOTS = 500;
    private static final int ROUNDS = 5;
    private static final BlockKey ROOT = new BlockKey.Root("model", "", "layout", "1", "tenant").key();

    void run() throws IOException {
        inPlace();
        reopen();
    }

    /**
     * What it would spare to read the warm tier's blocks where they lie: they would have to be checked all the same, so
     * what falls away is the copy.
     */
    private void inPlace() throws IOException {
        Path path = directory.resolve("in-place");
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(path,
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment written = arena.allocate(SLOTS * BLOCK_BYTES, 64);
            Random random = new Random(1);
            for (long i = 0; i < written.byteSize() / Long.BYTES; i++) {
                written.setAtIndex(ValueLayout.JAVA_LONG, i, random.nextLong());
            }
            for (long at = 0; at < written.byteSize(); at += BLOCK_BYTES) {
                channel.write(written.asSlice(at, BLOCK_BYTES).asByteBuffer(), at);
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, written.byteSize(), arena);
            MemorySegment target = arena.allocate(SLOTS * BLOCK_BYTES, 64);
            double checked = 0;
            double copied = 0;
            for (int round = 0; round < ROUNDS; round++) {
                checked = Math.max(checked, checked(mapped, mapped));
                copied = Math.max(copied, checked(mapped, target));
            }
            System.out.printf("%s %.2f GB/s%n", "warm: checked where it lies", checked);
            System.out.printf("%s %.2f GB/s%n", "warm: copied and checked", copied);
        }
    }

    private static double checked(MemorySegment stored, MemorySegment target) {
        long sum = 0;
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (long at = 0; at < stored.byteSize(); at += BLOCK_BYTES) {
            MemorySegment block = target.asSlice(at, BLOCK_BYTES);
            if (target != stored) {
                block.copyFrom(stored.asSlice(at, BLOCK_BYTES));
            }
            CRC32C crc = new CRC32C();
            crc.update(block.asByteBuffer());
            sum += crc.getValue();
        }
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        if (sum == 0) {
            throw new IllegalStateException("nothing was checked");
        }
        return (double) stored.byteSize() / nanos;
    }

    /** Opening a warm tier of 100,000 slots after a clean end, and after a kill, when its index is made anew. */
    private void reopen() throws IOException {
        int slots = 100_000;
        DataSize memory = DataSize.parse("1MiB");
        KvConfig config = new KvConfig(32, KvConfig.ElementType.F16, memory, new DataSize(slots * 4096L), memory, true,
                false, 1024);
        Path at = directory.resolve("slots");
        try (TierStack stack = TierStack.open(config, 1024, "layout", at)) {
            for (int i = 0; i < slots; i++) {
                HotBlock claimed = stack.claim().orElseThrow();
                int[] tokens = {i};
                stack.release(stack.seal(claimed, ROOT.child(tokens, 0, 1), tokens));
                stack.writeBehind(1);
            }
        }
        for (boolean killed : new boolean[] {false, true, false, true}) {
            if (killed) {
                try (Stream<Path> files = Files.walk(at)) {
                    for (Path marker : files.filter(file -> file.toString().endsWith(".clean")).toList()) {
                        Files.delete(marker);
                    }
                }
            }
            try (TierStack stack = TierStack.open(config, 1024, "layout", at)) {
                long start = System.nanoTime();
                stack.openLower();
                System.out.printf("warm: %d slots opened after %s in %.2f s%n",
                        stack.stats().get(BlockPool.Tier.WARM).entries(), killed ? "a kill" : "a clean end",
                        (System.nanoTime() - start) / 1e9);
            }
        }
    }
}
