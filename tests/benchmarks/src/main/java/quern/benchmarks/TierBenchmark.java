package quern.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import quern.config.DataSize;
import quern.config.KvConfig;
import quern.gpu.kernel.KvLayout;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;
import quern.kv.TierStack;

/**
 * The tiers alone, with blocks of 400 KB: how fast the warm tier is written into recycled slots and read, the cold tier
 * written behind and read in the page cache, and how long 100,000 tokens take to hash and look up; beside copies of the
 * same blocks from memory to memory, in the same run; copies and the warm tier by the thread's processor time, since
 * nothing else works for them. Then 1,000 conversations of 4,096 tokens in the shape of the
 * nano model, one tenth of which fits the hot tier, in turns. Every block read is compared with what was written.
 */
public final class TierBenchmark {

    private static final int BLOCK_TOKENS = 32;
    private static final long BLOCK_BYTES = 400_000;
    private static final int SLOTS = 500;
    private static final int ROUNDS = 5;
    /** Of each conversation. */
    private static final int TURNS = 10;
    private static final BlockKey ROOT = new BlockKey.Root("model", "", "layout", "1", "tenant").key();

    private final Path directory;
    private double copyRate;

    private TierBenchmark(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException {
        Path scratch = Files.createTempDirectory(
                arguments.length > 0 ? Path.of(arguments[0]) : Path.of(System.getProperty("java.io.tmpdir")), "tiers");
        try {
            System.out.printf("%d blocks of %d bytes, %s, %s, %s%n", SLOTS, BLOCK_BYTES, scratch,
                    System.getProperty("java.vm.version"), LocalDate.now());
            TierBenchmark benchmark = new TierBenchmark(scratch);
            benchmark.copies();
            benchmark.warm();
            new WarmFileBenchmark(scratch).run();
            benchmark.cold();
            benchmark.keys();
            benchmark.conversations(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000);
        } finally {
            delete(scratch);
        }
    }

    private static KvConfig config(long hot, long warm, long cold) {
        return new KvConfig(BLOCK_TOKENS, KvConfig.ElementType.F16, new DataSize(hot),
                new DataSize(Math.max(warm, 1 << 20)), new DataSize(Math.max(cold, 1 << 20)), warm > 0, cold > 0,
                1 << 20);
    }

    private static int[] tokens(int conversation, int index) {
        int[] tokens = new int[BLOCK_TOKENS];
        for (int i = 0; i < BLOCK_TOKENS; i++) {
            tokens[i] = (conversation * 31 + index * 7 + i) % 32_000;
        }
        tokens[0] = conversation;
        return tokens;
    }

    private static BlockKey next(BlockKey key, int[] tokens) {
        return key.child(tokens, 0, tokens.length);
    }

    /** Writes what only this block has at both of its ends. */
    private static void mark(MemorySegment block, int conversation, int index) {
        long mark = conversation * 1_000_003L + index;
        block.set(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 0, mark);
        block.set(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, block.byteSize() - Long.BYTES, ~mark);
    }

    private static void check(MemorySegment block, int conversation, int index) {
        long mark = conversation * 1_000_003L + index;
        if (block.get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 0) != mark
                || block.get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, block.byteSize() - Long.BYTES)
                        != ~mark) {
            throw new IllegalStateException("block " + index + " of conversation " + conversation + " is another");
        }
    }

    private static void seal(TierStack stack, BlockKey key, int conversation, int index) {
        HotBlock claimed = stack.claim().orElseThrow();
        mark(claimed.memory(), conversation, index);
        stack.release(stack.seal(claimed, key, tokens(conversation, index)));
    }

    /** @return nanoseconds of the load */
    private static long load(TierStack stack, int conversation, LongSupplier clock) {
        int[] tokens = tokens(conversation, 0);
        BlockKey key = next(ROOT, tokens);
        HotBlock claimed = stack.claim().orElseThrow();
        long start = clock.getAsLong();
        boolean found = stack.load(key, tokens, claimed);
        long nanos = clock.getAsLong() - start;
        if (!found) {
            throw new IllegalStateException("block " + conversation + " not found");
        }
        check(claimed.memory(), conversation, 0);
        stack.discard(claimed);
        return nanos;
    }

    /** Memory to memory, between areas that no cache holds. */
    private void copies() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(SLOTS * BLOCK_BYTES, 64).fill((byte) 1);
            MemorySegment to = arena.allocate(SLOTS * BLOCK_BYTES, 64).fill((byte) 2);
            for (int round = 0; round < ROUNDS; round++) {
                long start = cpuNanos();
                for (long at = 0; at < from.byteSize(); at += BLOCK_BYTES) {
                    MemorySegment.copy(from, at, to, at, BLOCK_BYTES);
                }
                copyRate = Math.max(copyRate, rate(SLOTS * BLOCK_BYTES, cpuNanos() - start));
            }
        }
        System.out.printf("copy in memory %.1f GB/s%n", copyRate);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double rate(long bytes, long nanos) {
        return (double) bytes / nanos;
    }

    private void show(String what, double rate) {
        System.out.printf("%s %.2f GB/s, %.2f of the copy%n", what, rate, rate / copyRate);
    }

    private void warm() {
        KvConfig config = config(64L << 20, SLOTS * (BLOCK_BYTES + 8192), 0);
        try (TierStack stack = TierStack.open(config, BLOCK_BYTES, "layout", directory.resolve("warm"))) {
            double written = 0;
            for (int round = 0; round <= ROUNDS; round++) {
                double now = write(stack, round * SLOTS, SLOTS, TierBenchmark::cpuNanos);
                written = round == 0 ? 0 : Math.max(written, now);
            }
            show("warm: written into recycled slots", written);
            show("warm: read", read(stack, ROUNDS * SLOTS + 10, SLOTS - 20, TierBenchmark::cpuNanos)[0]);
        }
    }

    private static double write(TierStack stack, int from, int count, LongSupplier clock) {
        long nanos = 0;
        for (int i = from; i < from + count; i += 50) {
            for (int j = i; j < i + 50; j++) {
                seal(stack, next(ROOT, tokens(j, 0)), j, 0);
            }
            long start = clock.getAsLong();
            int written = stack.writeBehind(50);
            nanos += clock.getAsLong() - start;
            if (written != 50) {
                throw new IllegalStateException(written + " blocks of 50 written: " + stack.reports());
            }
        }
        return rate(count * BLOCK_BYTES, nanos);
    }

    /** @return best rate, and median and 99th percentile in milliseconds */
    private static double[] read(TierStack stack, int from, int count, LongSupplier clock) {
        Random random = new Random(1);
        long[] all = new long[ROUNDS * count];
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long sum = 0;
            for (int i = 0; i < count; i++) {
                long nanos = load(stack, from + random.nextInt(count), clock);
                all[round * count + i] = nanos;
                sum += nanos;
            }
            best = Math.max(best, rate(count * BLOCK_BYTES, sum));
        }
        long[] late = Arrays.copyOfRange(all, count, all.length);
        Arrays.sort(late);
        return new double[] {best, late[late.length / 2] / 1e6, late[late.length * 99 / 100] / 1e6};
    }

    private void cold() {
        int count = 2 * SLOTS;
        KvConfig config = config(64L << 20, 0, 4 * count * BLOCK_BYTES);
        Path at = directory.resolve("cold");
        long start = System.nanoTime();
        try (TierStack stack = TierStack.open(config, BLOCK_BYTES, "layout", at)) {
            stack.openLower();
            start = System.nanoTime();
            write(stack, 0, count, System::nanoTime);
        }
        show("cold: written behind, to the end of the flush", rate(count * BLOCK_BYTES, System.nanoTime() - start));
        try (TierStack stack = TierStack.open(config, BLOCK_BYTES, "layout", at)) {
            stack.openLower();
            double[] read = read(stack, 0, count, System::nanoTime);
            show("cold: read, in the page cache", read[0]);
            System.out.printf("cold: a block in %.3f ms, 99th percentile %.3f ms%n", read[1], read[2]);
        }
    }

    /** 100,000 tokens of one conversation, whose blocks only the cold tier has. */
    private void keys() {
        int blocks = 100_000 / BLOCK_TOKENS;
        KvConfig config = config(1 << 20, 0, 64L << 20);
        try (TierStack stack = TierStack.open(config, 4096, "layout", directory.resolve("keys"))) {
            BlockKey key = ROOT;
            for (int i = 0; i < blocks; i++) {
                key = next(key, tokens(7, i));
                seal(stack, key, 7, i);
                stack.writeBehind(1);
            }
            double best = Double.MAX_VALUE;
            for (int round = 0; round < 4 * ROUNDS; round++) {
                long start = System.nanoTime();
                int found = lookUp(stack, blocks);
                best = Math.min(best, (System.nanoTime() - start) / 1e6);
                if (found != blocks) {
                    throw new IllegalStateException(found + " of " + blocks + " blocks found");
                }
                System.out.print(round == 0 ? String.format("keys: 100,000 tokens hashed and looked up, first time "
                        + "%.2f ms", best) : "");
            }
            System.out.printf(", best %.2f ms%n", best);
        }
    }

    private static int lookUp(TierStack stack, int blocks) {
        BlockKey key = ROOT;
        int found = 0;
        for (int i = 0; i < blocks; i++) {
            int[] tokens = tokens(7, i);
            key = next(key, tokens);
            Optional<HotBlock> hot = stack.pinHot(key, tokens);
            hot.ifPresent(stack::release);
            found += hot.isPresent() || stack.locate(key) != BlockPool.Tier.ABSENT ? 1 : 0;
        }
        return found;
    }

    private void conversations(int conversations) throws IOException {
        long bytes = new KvLayout(5, 2, 32, BLOCK_TOKENS, quern.gpu.tensor.ElementType.F16).blockBytes();
        int blocks = 4096 / BLOCK_TOKENS;
        long all = (long) conversations * blocks;
        KvConfig config = config(all * bytes / 10, all * bytes / 3, 2 * all * bytes);
        try (TierStack stack = TierStack.open(config, bytes, "nano", directory.resolve("conversations"))) {
            stack.openLower();
            long found = 0;
            long start = 0;
            StringBuilder memory = new StringBuilder();
            for (int round = 1; round <= TURNS; round++) {
                for (int i = 0; i < conversations; i++) {
                    int hits = turn(stack, i, blocks);
                    found += round == 1 ? 0 : hits;
                }
                memory.append(round == 1 || round == 3 || round == TURNS
                        ? String.format("; after round %d %s", round, memory()) : "");
                start = round == 1 ? System.nanoTime() : start;
            }
            long later = (TURNS - 1L) * conversations;
            System.out.printf("%d conversations of 4,096 tokens, hot tier one tenth: %.2f %% of the blocks found, %.2f "
                    + "ms a conversation; anonymous memory, live heap%s%n", conversations,
                    100.0 * found / (later * blocks), (System.nanoTime() - start) / 1e6 / later, memory);
            stack.stats().forEach((tier, stats) -> System.out.println("  " + tier + " " + stats));
        }
    }

    /** One more request of a conversation. @return blocks that were found */
    private static int turn(TierStack stack, int conversation, int blocks) {
        BlockKey key = ROOT;
        int found = 0;
        HotBlock[] held = new HotBlock[blocks];
        for (int i = 0; i < blocks; i++) {
            int[] tokens = tokens(conversation, i);
            key = next(key, tokens);
            Optional<HotBlock> hot = stack.pinHot(key, tokens);
            if (hot.isPresent()) {
                held[i] = hot.get();
                found++;
                continue;
            }
            HotBlock claimed = stack.claim().orElseThrow();
            if (stack.load(key, tokens, claimed)) {
                check(claimed.memory(), conversation, i);
                found++;
            } else {
                mark(claimed.memory(), conversation, i);
            }
            held[i] = stack.seal(claimed, key, tokens);
        }
        for (int i = blocks - 1; i >= 0; i--) {
            stack.release(held[i]);
        }
        stack.writeBehind(Integer.MAX_VALUE);
        return found;
    }

    /** Memory of this process that belongs to no file, and what is reachable in the heap; Linux. */
    private static String memory() throws IOException {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            long anonymous = lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElse(0);
            return String.format("%d and %d MB", anonymous >> 20, heap >> 20);
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
