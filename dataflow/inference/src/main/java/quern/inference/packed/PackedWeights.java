package quern.inference.packed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.LayerGate;

/** A packed file, mapped. Closing it unmaps it; matrices taken from it die with it. */
public final class PackedWeights implements PackedMatrices {

    private final Path path;
    private final PackedDirectory directory;
    private final Map<String, PackedTensor> tensors;
    private final MemorySegment memory;
    private final Arena arena;
    private final Kernels kernels;

    private PackedWeights(Path path, PackedDirectory directory, MemorySegment memory, Arena arena, Kernels kernels) {
        this.path = path;
        this.directory = directory;
        this.tensors = directory.byName();
        this.memory = memory;
        this.arena = arena;
        this.kernels = kernels;
    }

    /**
     * Maps a file after looking at its head and directory; the matrices themselves are not read.
     *
     * @throws PackedFileException if it is cut off, damaged, or of another model or packing
     */
    static PackedWeights open(Path path, String fingerprint, Kernels kernels) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            PackedDirectory directory = directory(channel);
            require(directory, fingerprint, kernels);
            MemorySegment memory = channel.map(MapMode.READ_ONLY, 0, directory.at(), arena);
            return new PackedWeights(path, directory, memory, arena, kernels);
        } catch (IOException | RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    /** Whether there is such a file, whole as far as its directory tells, of this model in whatever packing. */
    static boolean isOf(Path path, String fingerprint) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return directory(channel).fingerprint().equals(fingerprint);
        } catch (IOException | PackedFileException foreign) {
            return false;
        }
    }

    static PackedDirectory directory(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(PackedDirectory.HEAD_BYTES, size));
        read(channel, head, 0);
        PackedDirectory.Head checked = PackedDirectory.head(head.flip(), size);
        ByteBuffer bytes = ByteBuffer.allocate(checked.directoryBytes());
        read(channel, bytes, checked.directoryAt());
        return PackedDirectory.decode(checked, bytes.array());
    }

    private static void read(FileChannel channel, ByteBuffer into, long from) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, from + into.position()) < 0) {
                throw new PackedFileException("it ends at " + (from + into.position()));
            }
        }
    }

    private static void require(PackedDirectory directory, String fingerprint, Kernels kernels) {
        if (!directory.fingerprint().equals(fingerprint)) {
            throw new PackedFileException("it was made of another model");
        }
        if (!directory.packing().equals(kernels.packing())) {
            throw new PackedFileException("it is packed as '" + directory.packing() + "', expected '"
                    + kernels.packing() + "'");
        }
        for (PackedTensor tensor : directory.tensors()) {
            if (tensor.bytes() != kernels.packedBytes(tensor.type(), tensor.rows(), tensor.columns())) {
                throw new PackedFileException("matrix '" + tensor.name() + "' has " + tensor.bytes() + " bytes");
            }
        }
    }

    /** What tells this file from others, hex. */
    String digest() {
        return directory.digest();
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    @Override
    public Matrix matrix(String name, int rows, int columns, Supplier<Tensor> stored) {
        PackedTensor tensor = tensors.get(name);
        if (tensor == null || tensor.rows() != rows || tensor.columns() != columns) {
            throw new PackedFileException("it has no matrix '" + name + "' of " + rows + " x " + columns);
        }
        return kernels.packed(tensor.type(), rows, columns, memory.asSlice(tensor.at(), tensor.bytes()));
    }

    @Override
    public LayerGate gate() {
        return LayerGate.NONE;
    }

    @Override
    public long streamedBytes() {
        return 0;
    }

    @Override
    public long memoryBytes() {
        return bytes();
    }

    /** Bytes of all matrices. */
    public long bytes() {
        return directory.at();
    }

    /**
     * The same file with only some layers in memory. This one stays open.
     *
     * @param residentLayers see {@link StreamedWeights#open}
     * @param executor for reads, which take milliseconds to seconds
     */
    public StreamedWeights streamed(int residentLayers, Executor executor) throws IOException {
        return StreamedWeights.open(path, directory, kernels, residentLayers, executor);
    }

    /** How many layers fit into so many bytes beside what belongs to no layer; fewer than 2: none of it fits. */
    public int layersFitting(long bytes) {
        LayerSpans spans = LayerSpans.of(directory);
        long room = bytes - spans.otherBytes();
        return spans.layers().isEmpty() ? 0 : (int) Math.max(0, room / spans.largestLayerBytes());
    }

    /** Bytes that a number of layers takes in memory with what belongs to none. */
    public long bytesOf(int layers) {
        LayerSpans spans = LayerSpans.of(directory);
        return spans.otherBytes() + layers * spans.largestLayerBytes();
    }

    /** Layers in the file. */
    public int layers() {
        return LayerSpans.of(directory).layers().size();
    }

    /** Whether the file holds for this matrix, bit for bit, what packing it anew gives. */
    boolean holds(Tensor stored) {
        PackedTensor tensor = tensors.get(stored.name());
        if (tensor == null || tensor.type() != stored.type() || tensor.rows() != stored.rows()
                || tensor.columns() != stored.columns()) {
            return false;
        }
        try (Arena scratch = Arena.ofShared()) {
            MemorySegment anew = scratch.allocate(tensor.bytes(), PackedTensor.ALIGNMENT);
            kernels.pack(stored, anew);
            return anew.mismatch(memory.asSlice(tensor.at(), tensor.bytes())) < 0;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
