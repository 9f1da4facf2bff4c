package quern.inference.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Tensor;
import quern.inference.packed.LayerSpans.Span;
import quern.inference.transformer.LayerGate;

/**
 * A packed file of which memory holds only some layers. The first ones stay, as they would in no cache that lets go of
 * what was used longest ago: passes go round in a circle. The others share two buffers; while a pass computes with one,
 * the next layer is read into the other, in large pieces and past the page cache (LLM in a flash, arXiv 2312.11514,
 * section 3; DeepSpeed Inference, arXiv 2207.00032, section VI). A matrix has one address for good, so kernels know
 * nothing of it.
 *
 * <p>Passes are one thread's at a time; reads run on the executor given.
 */
public final class StreamedWeights implements PackedMatrices, LayerGate {

    private static final int BUFFERS = 2;
    private static final int TRIES = 2;

    private final Path path;
    private final Kernels kernels;
    private final LayerSpans spans;
    private final Map<String, PackedTensor> tensors;
    private final int pinned;
    private final Executor executor;
    private final DirectFile file;
    private final Arena arena = Arena.ofShared();
    /** By the first byte of the span in the file. */
    private final Map<Long, MemorySegment> held = new HashMap<>();
    private final MemorySegment[] buffers;
    /** Which layer a buffer holds or is being filled with; -1: none. */
    private final int[] holds = {-1, -1};
    private final List<CompletableFuture<Void>> reads = new ArrayList<>();
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicLong waitedNanos = new AtomicLong();

    private StreamedWeights(Path path, PackedDirectory directory, Kernels kernels, int residentLayers,
            Executor executor) throws IOException {
        this.path = path;
        this.kernels = kernels;
        this.spans = LayerSpans.of(directory);
        this.tensors = directory.byName();
        this.executor = executor;
        this.pinned = Math.min(spans.layers().size(), Math.max(0, residentLayers - BUFFERS));
        this.file = DirectFile.open(path, directory);
        this.buffers = new MemorySegment[BUFFERS];
        for (int i = 0; i < BUFFERS; i++) {
            reads.add(CompletableFuture.completedFuture(null));
        }
    }

    /**
     * Reads what is to stay.
     *
     * @param residentLayers layers in memory, the two that are passed through among them; fewer are taken for two
     * @throws PackedFileException if the file's layers are not one stretch each
     */
    static StreamedWeights open(Path path, PackedDirectory directory, Kernels kernels, int residentLayers,
            Executor executor) throws IOException {
        var weights = new StreamedWeights(path, directory, kernels, residentLayers, executor);
        try {
            for (Span other : weights.spans.others()) {
                weights.hold(other);
            }
            for (Span layer : weights.spans.layers().subList(0, weights.pinned)) {
                weights.hold(layer);
            }
            long bufferBytes = weights.spans.layers().stream().mapToLong(weights.file::roomFor).max().orElse(1);
            for (int i = 0; i < BUFFERS; i++) {
                weights.buffers[i] = weights.arena.allocate(bufferBytes, weights.file.alignment());
            }
            return weights;
        } catch (IOException | RuntimeException failure) {
            weights.close();
            throw failure;
        }
    }

    private void hold(Span span) throws IOException {
        MemorySegment memory = arena.allocate(file.roomFor(span), file.alignment());
        file.read(span, memory);
        held.put(span.from(), file.within(span, memory));
    }

    @Override
    public Matrix matrix(String name, int rows, int columns, Supplier<Tensor> stored) {
        PackedTensor tensor = tensors.get(name);
        if (tensor == null || tensor.rows() != rows || tensor.columns() != columns) {
            throw new PackedFileException("it has no matrix '" + name + "' of " + rows + " x " + columns);
        }
        int layer = LayerSpans.layer(name);
        Span span = layer < 0 ? new Span(tensor.at(), tensor.at() + tensor.bytes()) : spans.layers().get(layer);
        MemorySegment memory = layer < pinned ? held.get(span.from()) : file.within(span, buffers[buffer(layer)]);
        return kernels.packed(
                tensor.type(), rows, columns, memory.asSlice(tensor.at() - span.from(), tensor.bytes()));
    }

    private int buffer(int layer) {
        return (layer - pinned) % BUFFERS;
    }

    @Override
    public LayerGate gate() {
        return this;
    }

    @Override
    public void enter(int layer) {
        if (layer < pinned) {
            return;
        }
        long from = System.nanoTime();
        int buffer = buffer(layer);
        if (holds[buffer] != layer) {
            // A pass that broke left the wrong layer here.
            settle(buffer);
            begin(layer, buffer);
        }
        try {
            reads.get(buffer).join();
        } catch (CompletionException failure) {
            holds[buffer] = -1;
            throw new QuernException(QuernException.Category.RETRYABLE, "layer " + layer + " of the packed weights "
                    + path + " cannot be read: " + failure.getCause().getMessage(), failure.getCause());
        } finally {
            waitedNanos.addAndGet(System.nanoTime() - from);
        }
    }

    @Override
    public void leave(int layer) {
        if (layer < pinned) {
            return;
        }
        int buffer = buffer(layer);
        int next = layer + BUFFERS < spans.layers().size() ? layer + BUFFERS : pinned + buffer;
        if (next != layer) {
            begin(next, buffer);
        }
    }

    private void begin(int layer, int buffer) {
        Span span = spans.layers().get(layer);
        var read = new CompletableFuture<Void>();
        holds[buffer] = layer;
        reads.set(buffer, read);
        try {
            executor.execute(() -> {
                try {
                    read(span, buffers[buffer]);
                    read.complete(null);
                } catch (RuntimeException | Error failure) {
                    read.completeExceptionally(failure);
                }
            });
        } catch (RejectedExecutionException closing) {
            read.completeExceptionally(closing);
        }
    }

    private void read(Span span, MemorySegment into) {
        for (int tries = 1;; tries++) {
            try {
                file.read(span, into);
                readBytes.addAndGet(span.bytes());
                return;
            } catch (IOException failure) {
                if (tries == TRIES) {
                    throw new UncheckedIOException(failure);
                }
            }
        }
    }

    private void settle(int buffer) {
        reads.get(buffer).handle((done, failure) -> done).join();
    }

    /** Layers that stay in memory. */
    public int pinnedLayers() {
        return pinned;
    }

    /** Layers in memory at a time: those that stay, and the two that the others pass through. */
    public int residentLayers() {
        return Math.min(layers(), pinned + BUFFERS);
    }

    /** All layers. */
    public int layers() {
        return spans.layers().size();
    }

    @Override
    public long streamedBytes() {
        long bytes = 0;
        for (int layer = pinned; layer < layers(); layer++) {
            // A layer with a buffer of its own stays there.
            boolean alone = layer - BUFFERS < pinned && layer + BUFFERS >= layers();
            bytes += alone ? 0 : spans.layers().get(layer).bytes();
        }
        return bytes;
    }

    @Override
    public long memoryBytes() {
        long bytes = 0;
        for (MemorySegment segment : held.values()) {
            bytes += segment.byteSize();
        }
        for (MemorySegment buffer : buffers) {
            bytes += buffer.byteSize();
        }
        return bytes;
    }

    /** Bytes of layers read so far, those that stay left out. */
    public long readBytes() {
        return readBytes.get();
    }

    /** How long passes have waited for layers. */
    public long waitedNanos() {
        return waitedNanos.get();
    }

    @Override
    public void close() {
        for (int i = 0; i < BUFFERS; i++) {
            settle(i);
        }
        file.close();
        arena.close();
    }
}
