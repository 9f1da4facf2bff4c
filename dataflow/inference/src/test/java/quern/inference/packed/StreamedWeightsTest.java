package quern.inference.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.VectorKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.kv.FingerprintFile;

class StreamedWeightsTest {

    private static final int[] TOKENS = {1, 5, 9, 30, 60, 2, 44};

    @TempDir
    private Path directory;

    private final ComputeTeam team = new ComputeTeam(1);
    private final Kernels kernels = new VectorKernels(team);
    private Path path;

    @BeforeEach
    void place() {
        path = directory.resolve("model.gguf.packed");
    }

    @AfterEach
    void close() {
        team.close();
    }

    private PackedWeights mapped(TinyModel model) {
        return new PackedFiles(kernels, FingerprintFile.in(directory), text -> { })
                .open(model, model.fingerprint(), path).orElseThrow();
    }

    private LoadedModel streamed(TinyModel model, int layers, Executor executor) throws IOException {
        try (PackedWeights whole = mapped(model)) {
            return LoadedModel.load(
                    model, kernels, Product.Q8, model.fingerprint(), whole.streamed(layers, executor));
        }
    }

    @Test
    void shouldComputeTheSameBitsHoweverManyLayersStay() throws IOException {
        for (int layers : new int[] {1, 2, 3, 4, 7, 8}) {
            path = directory.resolve(layers + ".packed");
            float[][] expected = ForwardRun.logits(LoadedModel.load(
                    TinyModel.deep(ElementType.Q4_0, layers, 5), kernels, Product.Q8), TOKENS, 1, null);
            for (int resident = 0; resident <= layers + 1; resident++) {
                TinyModel model = TinyModel.deep(ElementType.Q4_0, layers, 5);
                try (LoadedModel some = streamed(model, resident, ForkJoinPool.commonPool())) {
                    StreamedWeights weights = some.streamed().orElseThrow();
                    assertEquals(Math.min(layers, Math.max(0, resident - 2)), weights.pinnedLayers());
                    assertArrayEquals(expected, ForwardRun.logits(some, TOKENS, 1, null), layers + ", " + resident);
                    assertEquals(layers - weights.pinnedLayers() <= 2, weights.streamedBytes() == 0);
                    long read = weights.readBytes();
                    assertTrue(read >= (TOKENS.length - 1) * weights.streamedBytes(), read + " bytes");
                    assertTrue(read <= TOKENS.length * weights.streamedBytes() + Files.size(path), read + " bytes");
                }
            }
        }
    }

    @Test
    void shouldReadTheNextLayersWhileOneComputes() throws IOException {
        Deque<Runnable> asked = new ArrayDeque<>();
        TinyModel model = TinyModel.deep(ElementType.Q8_0, 5, 6);
        try (PackedWeights whole = mapped(model);
                StreamedWeights weights = whole.streamed(3, asked::add)) {
            assertEquals(1, weights.pinnedLayers());
            weights.enter(0);
            weights.leave(0);
            assertEquals(0, asked.size());
            Runnable first = pending(asked, () -> weights.enter(1));
            first.run();
            weights.leave(1);
            assertEquals(1, asked.size(), "layer 3 is asked for when 1 is done with");
            asked.remove().run();
            pending(asked, () -> weights.enter(2)).run();
            weights.leave(2);
            asked.remove().run();
            weights.enter(3);
            weights.leave(3);
            assertEquals(1, asked.size(), "the next pass begins with layer 1");
            asked.remove().run();
            weights.enter(4);
            weights.leave(4);
            asked.remove().run();
            weights.enter(1);
            weights.enter(2);
            assertEquals(0, asked.size());
        }
    }

    /** Enters a layer on a thread of its own, which waits for the read it asks for. */
    private static Runnable pending(Deque<Runnable> asked, Runnable enter) {
        Thread waiting = Thread.ofVirtual().start(enter);
        while (asked.isEmpty()) {
            Thread.onSpinWait();
        }
        Runnable read = asked.remove();
        return () -> {
            read.run();
            try {
                waiting.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }

    @Test
    void shouldNameTheLayerWhenTheFileIsCutOffAndGoOnWhenItIsThereAgain() throws IOException {
        TinyModel model = TinyModel.deep(ElementType.Q4_0, 6, 7);
        float[][] expected = ForwardRun.logits(LoadedModel.load(model, kernels, Product.Q8), TOKENS);
        try (LoadedModel some = streamed(model, 3, ForkJoinPool.commonPool())) {
            assertArrayEquals(expected, ForwardRun.logits(some, TOKENS));
            byte[] all = Files.readAllBytes(path);
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.truncate(all.length / 3);
            }
            QuernException cut = assertThrows(QuernException.class, () -> {
                ForwardRun.logits(some, TOKENS);
                ForwardRun.logits(some, TOKENS);
            });
            String message = cut.getMessage();
            assertTrue(message.matches("layer \\d of the packed weights .* ends at byte .*"), message);
            assertEquals(QuernException.Category.RETRYABLE, cut.category());
            Files.write(path, all);
            assertArrayEquals(expected, ForwardRun.logits(some, TOKENS));
        }
    }

    @Test
    void shouldRefuseAFileWhoseLayersAreInPieces() {
        var a = new PackedTensor("blk.0.attn_q.weight", ElementType.F32, 1, 1, 128, 64);
        var b = new PackedTensor("blk.1.attn_q.weight", ElementType.F32, 1, 1, 192, 64);
        var c = new PackedTensor("blk.0.attn_k.weight", ElementType.F32, 1, 1, 256, 64);
        var pieces = new PackedDirectory("f", "p", List.of(a, b, c), 320);
        assertEquals("layer 0 is not in one piece",
                assertThrows(PackedFileException.class, () -> LayerSpans.of(pieces)).getMessage());
        var gap = new PackedDirectory("f", "p", List.of(b), 320);
        assertThrows(PackedFileException.class, () -> LayerSpans.of(gap));
    }
}
