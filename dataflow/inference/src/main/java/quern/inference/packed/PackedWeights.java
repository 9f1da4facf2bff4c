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
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.LayerGate;

/**
 * Packed weights, mapped: a file, or segments, of which those that another model maps too are in memory once. Closing
 * it unmaps it; matrices taken from it die with it.
 */
public final class PackedWeights implements PackedMatrices {

    private final Path path;
    private final PackedDirectory directory;
    private final Map<String, PackedTensor> tensors;
    /** By where each would begin if all lay in one file. */
    private final NavigableMap<Long, MemorySegment> memory;
    private final Arena arena;
    private final Kernels kernels;

    private PackedWeights(Path path, PackedDirectory directory,
            NavigableMap<Long, MemorySegment> memory, Arena arena, Kernels kernels) {
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
        try {
            PackedDirectory directory = directory(path);
            require(directory, fingerprint, kernels);
            NavigableMap<Long, MemorySegment> memory = new TreeMap<>();
            if (directory.segments().isEmpty()) {
                memory.put(0L, map(path, directory.at(), arena));
            }
            for (PackedSegment segment : directory.segments()) {
                memory.put(segment.from(), map(PackedFolder.segment(path, segment), segment.bytes(), arena));
            }
            return new PackedWeights(path, directory, memory, arena, kernels);
        } catch (IOException | RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    private static MemorySegment map(Path file, long bytes, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < bytes) {
                throw new PackedFileException(file + " ends at " + channel.size() + ", expected " + bytes);
            }
            return channel.map(MapMode.READ_ONLY, 0, bytes, arena);
        }
    }

    private MemorySegment bytes(PackedTensor tensor) {
        Map.Entry<Long, MemorySegment> part = memory.floorEntry(tensor.at());
        return part.getValue().asSlice(tensor.at() - part.getKey(), tensor.bytes());
    }

    /** Whether there is such a file, whole as far as its directory tells, of this model in whatever packing. */
    static boolean isOf(Path path, String fingerprint) {
        if (!Files.isRegularFile(PackedFolder.head(path))) {
            return false;
        }
        try {
            return directory(path).fingerprint().equals(fingerprint);
        } catch (IOException | PackedFileException foreign) {
            return false;
        }
    }

    static PackedDirectory directory(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(PackedFolder.head(path), StandardOpenOption.READ)) {
            PackedDirectory directory = directory(channel);
            if (directory.segments().isEmpty() == PackedFolder.is(path)) {
                throw new PackedFileException("it has segments where a file of all is expected, or has none");
            }
            return directory;
        }
    }

    private static PackedDirectory directory(FileChannel channel) throws IOException {
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
        return kernels.packed(tensor.type(), rows, columns, bytes(tensor));
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
        return memory.values().stream().mapToLong(MemorySegment::byteSize).sum();
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
            return anew.mismatch(bytes(tensor)) < 0;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
