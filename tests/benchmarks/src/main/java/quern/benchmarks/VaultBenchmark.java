package quern.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.channels.FileChannel;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import quern.config.ConfigLoader;
import quern.config.EncryptionConfig;
import quern.ingest.DocumentJournal;
import quern.ingest.DocumentJournal.Append;
import quern.ingest.DocumentJournal.Appended;
import quern.ingest.SpooledBody;
import quern.kv.BlockSeal;
import quern.kv.DataDirectory;
import quern.kv.journal.Ownership;
import quern.kv.vault.SealedBlocks;
import quern.kv.vault.Vault;

/**
 * What encryption at rest costs on one core, in turns with the same without: blocks of the KV cache beside a plain
 * copy, files, and documents into the journal and out again. What was opened is compared with what was sealed.
 */
public final class VaultBenchmark {

    private static final int ROUNDS = 7;
    private static final int BLOCK_BYTES = 400 << 10;
    private static final int BLOCKS = 64;
    private static final int FILE_BYTES = 64 << 20;
    private static final int DOCUMENTS = 2000;

    private VaultBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path root = Files.createTempDirectory("quern-vault");
        System.out.printf("one core, best of %d, CPU time; %s, %s%n", ROUNDS, System.getProperty("java.vm.version"),
                LocalDate.now());
        try (DataDirectory data = DataDirectory.open(root.resolve("sealed"),
                new EncryptionConfig(true, Optional.empty()), Map.of());
                DataDirectory plain = DataDirectory.open(root.resolve("plain"))) {
            blocks(SealedBlocks.of(data.vault()));
            files(data, plain);
            documents(data, plain);
        } finally {
            DataDirectory.removeTree(root);
        }
    }

    private static void blocks(BlockSeal seal) {
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        ByteBuffer about = ByteBuffer.allocate(64);
        ByteBuffer guard = ByteBuffer.allocate(BlockSeal.GUARD_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(BLOCK_BYTES);
            fill(block.asByteBuffer());
            MemorySegment stored = arena.allocate(BLOCK_BYTES);
            MemorySegment opened = arena.allocate(BLOCK_BYTES);
            for (int round = 0; round < 3 * ROUNDS; round++) {
                double[] seconds = new double[3];
                for (int i = 0; i < BLOCKS; i++) {
                    seconds[0] += timed(() -> stored.copyFrom(seal.seal(about, block, guard)));
                    seconds[1] += timed(() -> require(seal.open(about, stored, opened, guard)));
                    require(opened.mismatch(block) < 0);
                    seconds[2] += timed(() -> opened.copyFrom(block));
                }
                keepBest(best, seconds);
            }
        }
        double gigabytes = (double) BLOCKS * BLOCK_BYTES / 1e9;
        System.out.printf("blocks of 400 KB: sealed %.2f GB/s, opened %.2f GB/s, copied %.1f GB/s%n",
                gigabytes / best[0], gigabytes / best[1], gigabytes / best[2]);
    }

    private static void files(DataDirectory data, DataDirectory plain) throws IOException {
        byte[] content = new byte[FILE_BYTES];
        fill(ByteBuffer.wrap(content));
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        for (int round = 0; round < ROUNDS; round++) {
            double[] seconds = new double[4];
            int at = 0;
            for (DataDirectory directory : List.of(data, plain)) {
                Path file = Files.createDirectories(directory.datasets().resolve("ds")).resolve("shard");
                seconds[at++] = timed(() -> write(file, content));
                byte[][] read = new byte[1][];
                seconds[at++] = timed(() -> read[0] = Files.readAllBytes(file));
                require(java.util.Arrays.equals(content, read[0]));
                Files.delete(file);
            }
            keepBest(best, seconds);
        }
        double gigabytes = FILE_BYTES / 1e9;
        System.out.printf("files of 64 MB in pieces of 64 KB, page cache: sealed written %.2f GB/s, read %.2f GB/s; "
                + "plain written %.2f GB/s, read %.2f GB/s%n", gigabytes / best[0], gigabytes / best[1],
                gigabytes / best[2], gigabytes / best[3]);
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int from = 0; from < content.length; from += 1 << 16) {
                channel.write(ByteBuffer.wrap(content, from, Math.min(1 << 16, content.length - from)));
            }
        }
    }

    private static void documents(DataDirectory data, DataDirectory plain) throws IOException {
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Append> appends = new ArrayList<>();
            bytes = 0;
            for (int i = 0; i < DOCUMENTS; i++) {
                byte[] text = ("document " + round + " " + i + " ").repeat(150).getBytes(StandardCharsets.UTF_8);
                bytes += text.length;
                appends.add(new Append(SpooledBody.of(text), "text/plain", i + ".txt", Ownership.of("k", Set.of())));
            }
            double[] seconds = new double[4];
            journal(data, data.vault(), appends, round, seconds, 0);
            journal(plain, plain.vault(), appends, round, seconds, 2);
            keepBest(best, seconds);
        }
        System.out.printf("%d documents of %d bytes, 200 a force: sealed %.0f/s (%.0f MB/s), opened again %.0f/s; "
                + "plain %.0f/s (%.0f MB/s), opened again %.0f/s%n", DOCUMENTS, bytes / DOCUMENTS,
                DOCUMENTS / best[0], bytes / 1e6 / best[0], DOCUMENTS / best[1],
                DOCUMENTS / best[2], bytes / 1e6 / best[2], DOCUMENTS / best[3]);
    }

    private static void journal(
            DataDirectory data, Vault vault, List<Append> appends, int round, double[] seconds, int at)
            throws IOException {
        Path directory = data.root().resolve("journal-" + round);
        var config = ConfigLoader.defaults(data.root()).ingest();
        try (DocumentJournal journal = DocumentJournal.open(directory, config, vault)) {
            seconds[at] = timed(() -> {
                for (int from = 0; from < DOCUMENTS; from += 200) {
                    journal.appendAll(appends.subList(from, from + 200))
                            .forEach(reply -> require(reply instanceof Appended));
                }
            });
        }
        seconds[at + 1] = timed(() -> {
            try (DocumentJournal journal = DocumentJournal.open(directory, config, vault)) {
                require(journal.documents() == DOCUMENTS && journal.damaged() == 0);
            }
        });
        DataDirectory.removeTree(directory);
    }

    private static void fill(ByteBuffer bytes) {
        Random random = new Random(5);
        while (bytes.remaining() >= Long.BYTES) {
            bytes.putLong(random.nextLong());
        }
    }

    private static void keepBest(double[] best, double[] seconds) {
        for (int i = 0; i < best.length; i++) {
            best[i] = Math.min(best[i], seconds[i]);
        }
    }

    private static void require(boolean right) {
        if (!right) {
            throw new IllegalStateException("wrong answer");
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static double timed(Work work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        try {
            work.run();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
    }
}
