package quern.inference.format;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import quern.config.QuernException;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * Writes a GGUF file, version 3: metadata and tensors are named first, {@link #write} then asks for the weights one
 * tensor at a time. The file appears whole or not at all (temporary file, force, rename).
 *
 * <p>For one thread.
 */
public final class GgufWriter {

    private static final int VERSION = 3;
    private static final long CHUNK_BYTES = 1L << 20;

    /** Takes the bytes of one tensor in order, in pieces of any size. */
    public interface Sink {
        void write(byte[] bytes, int from, int count) throws IOException;
    }

    /** Hands over the bytes of one tensor when its turn to be written has come. */
    public interface Weights {
        void writeTo(Sink sink) throws IOException;
    }

    private record Entry(String name, ElementType type, List<Integer> dimensions, Weights weights) {

        long bytes() {
            return type.bytesOf(dimensions.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact));
        }
    }

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(metadata);
    private final Set<String> keys = new LinkedHashSet<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final List<Entry> entries = new ArrayList<>();

    public GgufWriter text(String key, String value) {
        return put(key, GgufType.STRING, () -> string(value));
    }

    /** A whole number from 0 to 2^31 - 1, written as UINT32. */
    public GgufWriter integer(String key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + " is " + value + ", expected a number from 0");
        }
        return put(key, GgufType.UINT32, () -> int32(value));
    }

    public GgufWriter real(String key, float value) {
        return put(key, GgufType.FLOAT32, () -> int32(Float.floatToRawIntBits(value)));
    }

    public GgufWriter flag(String key, boolean value) {
        return put(key, GgufType.BOOL, () -> out.writeByte(value ? 1 : 0));
    }

    public GgufWriter texts(String key, List<String> values) {
        return put(key, GgufType.ARRAY, () -> {
            array(GgufType.STRING, values.size());
            for (String value : values) {
                string(value);
            }
        });
    }

    public GgufWriter integers(String key, int[] values) {
        return put(key, GgufType.ARRAY, () -> {
            array(GgufType.INT32, values.length);
            for (int value : values) {
                int32(value);
            }
        });
    }

    public GgufWriter flags(String key, boolean[] values) {
        return put(key, GgufType.ARRAY, () -> {
            array(GgufType.BOOL, values.length);
            for (boolean value : values) {
                out.writeByte(value ? 1 : 0);
            }
        });
    }

    public GgufWriter floats(String key, float[] values) {
        return put(key, GgufType.ARRAY, () -> {
            array(GgufType.FLOAT32, values.length);
            for (float value : values) {
                int32(Float.floatToRawIntBits(value));
            }
        });
    }

    /** Names a tensor whose bytes stay valid until {@link #write} returns. */
    public GgufWriter tensor(Tensor tensor) {
        return tensor(tensor.name(), tensor.type(), tensor.rows(), tensor.columns(), () -> tensor);
    }

    /** @param weights asked once, when its turn to be written has come; must be of this type and size */
    public GgufWriter tensor(String name, ElementType type, int rows, int columns, Supplier<Tensor> weights) {
        return tensor(name, type, rows == 1 ? List.of(columns) : List.of(columns, rows), sink -> {
            Tensor tensor = weights.get();
            if (tensor.type() != type || tensor.rows() != rows || tensor.columns() != columns) {
                throw new IllegalArgumentException("tensor " + name + " is " + tensor.rows() + " x "
                        + tensor.columns() + " " + tensor.type() + ", named as " + rows + " x " + columns + " " + type);
            }
            copy(tensor.bytes(), sink);
        });
    }

    /**
     * Names a tensor of any rank.
     *
     * @param dimensions the row's length first, as GGUF has them
     * @param weights must hand over exactly the bytes of that type and size
     */
    public GgufWriter tensor(String name, ElementType type, List<Integer> dimensions, Weights weights) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("tensor " + name + " is named twice");
        }
        entries.add(new Entry(name, type, List.copyOf(dimensions), weights));
        return this;
    }

    private static void copy(MemorySegment bytes, Sink sink) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            MemorySegment chunk = bytes.asSlice(at, Math.min(CHUNK_BYTES, bytes.byteSize() - at));
            sink.write(chunk.toArray(ValueLayout.JAVA_BYTE), 0, (int) chunk.byteSize());
        }
    }

    /** @throws QuernException if the file cannot be written; nothing of it is left then */
    public void write(Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".writing");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                writeAll(channel, ByteBuffer.wrap(header()));
                pad(channel);
                for (Entry entry : entries) {
                    writeWeights(channel, entry);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException failed) {
            deleteQuietly(temporary);
            throw failed instanceof RuntimeException known ? known : new QuernException(
                    QuernException.Category.ERROR, file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    private byte[] header() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var head = new DataOutputStream(bytes);
        head.writeInt(Integer.reverseBytes(GgufReader.MAGIC));
        head.writeInt(Integer.reverseBytes(VERSION));
        head.writeLong(Long.reverseBytes(entries.size()));
        head.writeLong(Long.reverseBytes(keys.size()));
        metadata.writeTo(head);
        long offset = 0;
        for (Entry entry : entries) {
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            head.writeLong(Long.reverseBytes(name.length));
            head.write(name);
            head.writeInt(Integer.reverseBytes(entry.dimensions.size()));
            for (int dimension : entry.dimensions) {
                head.writeLong(Long.reverseBytes(dimension));
            }
            head.writeInt(Integer.reverseBytes(entry.type.ggufId()));
            head.writeLong(Long.reverseBytes(offset));
            offset = aligned(offset + entry.bytes());
        }
        return bytes.toByteArray();
    }

    private static void writeWeights(FileChannel channel, Entry entry) throws IOException {
        long from = channel.position();
        entry.weights.writeTo((bytes, at, count) -> writeAll(channel, ByteBuffer.wrap(bytes, at, count)));
        if (channel.position() - from != entry.bytes()) {
            throw new IllegalStateException("tensor " + entry.name + " came in " + (channel.position() - from)
                    + " bytes, named with " + entry.bytes());
        }
        pad(channel);
    }

    private static void pad(FileChannel channel) throws IOException {
        writeAll(channel, ByteBuffer.allocate((int) (aligned(channel.position()) - channel.position())));
    }

    private static long aligned(long offset) {
        return Math.ceilDiv(offset, GgufReader.DEFAULT_ALIGNMENT) * (long) GgufReader.DEFAULT_ALIGNMENT;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException stays) {
            // The failure that led here is the one to report.
            return;
        }
    }

    /** A value as another file holds it. */
    GgufWriter copied(String key, GgufValue value) {
        return put(key, value.array() ? GgufType.ARRAY : value.type(), () -> {
            if (value.array()) {
                array(value.type(), value.count());
            } else if (value.type() == GgufType.STRING) {
                out.writeLong(Long.reverseBytes(value.bytes().byteSize()));
            }
            out.write(value.bytes().toArray(ValueLayout.JAVA_BYTE));
        });
    }

    private interface Writing {
        void run() throws IOException;
    }

    private GgufWriter put(String key, GgufType type, Writing value) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException("metadata key " + key + " is put twice");
        }
        try {
            string(key);
            int32(type.id());
            value.run();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return this;
    }

    private void array(GgufType type, int count) throws IOException {
        int32(type.id());
        out.writeLong(Long.reverseBytes(count));
    }

    private void string(String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.writeLong(Long.reverseBytes(bytes.length));
        out.write(bytes);
    }

    private void int32(int value) throws IOException {
        out.writeInt(Integer.reverseBytes(value));
    }
}
