package quern.inference.packed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.ArrayList;
import java.util.Map;
import quern.gpu.tensor.ElementType;

/**
 * What packed weights say of themselves. Version 2, one file: a head of {@value #HEAD_BYTES} bytes, the matrices, this
 * directory. Version 3: the matrices lie in segments, files of their own, which the directory names; places are those
 * that matrices would have in one file. The head: magic, version, four bytes of zeros, where the directory begins, how
 * long it is, its SHA-256, zeros. All numbers little-endian; texts are UTF-8 behind a 16-bit length.
 *
 * @param fingerprint of the model, load type included
 * @param packing see {@link quern.gpu.kernel.Kernels#packing()}
 * @param tensors in the order in which they lie, without overlap, behind the head
 * @param segments in the order in which they would lie; none: version 2
 * @param at behind the last matrix, where the directory of version 2 begins
 */
record PackedDirectory(String fingerprint, String packing, List<PackedSegment> segments, List<PackedTensor> tensors,
        long at) {

    PackedDirectory(String fingerprint, String packing, List<PackedTensor> tensors, long at) {
        this(fingerprint, packing, List.of(), tensors, at);
    }

    static final int HEAD_BYTES = 128;

    private static final long MAGIC = 0x314b_4341_504e_5251L;
    private static final int WHOLE_VERSION = 2;
    private static final int SEGMENTS_VERSION = 3;
    private static final int DIGEST_BYTES = 32;
    private static final int TEXT_BYTES_MAX = 1024;
    private static final int TENSORS_MAX = 1 << 20;
    private static final int SEGMENT_BYTES = 8 + 8 + DIGEST_BYTES;
    private static final int DIRECTORY_BYTES_MAX = 256 << 20;
    private static final int TENSOR_BYTES_MIN = 2 + 1 + 4 + 4 + 8 + 8;

    /** A head that makes sense for a file of this size. */
    record Head(boolean segmented, long directoryAt, int directoryBytes, byte[] digest) {}

    /** @throws PackedFileException if the file is not one of these, or cut off */
    static Head head(ByteBuffer bytes, long fileBytes) {
        ByteBuffer head = bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (head.remaining() < HEAD_BYTES) {
            throw new PackedFileException(fileBytes + " bytes, expected at least " + HEAD_BYTES);
        }
        long magic = head.getLong();
        if (magic != MAGIC) {
            throw new PackedFileException("it is no file of packed weights");
        }
        int version = head.getInt();
        if (version != WHOLE_VERSION && version != SEGMENTS_VERSION) {
            throw new PackedFileException("version " + version + ", expected " + WHOLE_VERSION + " or "
                    + SEGMENTS_VERSION);
        }
        int zeros = head.getInt();
        long at = head.getLong();
        long count = head.getLong();
        if (zeros != 0 || count < 0 || count > DIRECTORY_BYTES_MAX || at < HEAD_BYTES || at != fileBytes - count) {
            throw new PackedFileException("directory of " + count + " bytes at " + at + " in " + fileBytes + " bytes");
        }
        byte[] digest = new byte[DIGEST_BYTES];
        head.get(digest);
        return new Head(version == SEGMENTS_VERSION, at, (int) count, digest);
    }

    byte[] headBytes(byte[] directory) {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(MAGIC).putInt(segments.isEmpty() ? WHOLE_VERSION : SEGMENTS_VERSION).putInt(0)
                .putLong(segments.isEmpty() ? at : HEAD_BYTES).putLong(directory.length).put(sha256(directory));
        return head.array();
    }

    /** SHA-256 of the directory, which names the file, hex. */
    String digest() {
        return HexFormat.of().formatHex(sha256(encode()));
    }

    byte[] encode() {
        int size = 2 * (2 + TEXT_BYTES_MAX) + 4 + 4 + segments.size() * SEGMENT_BYTES;
        for (PackedTensor tensor : tensors) {
            size += TENSOR_BYTES_MIN + tensor.name().getBytes(StandardCharsets.UTF_8).length + TEXT_BYTES_MAX;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        put(out, fingerprint);
        put(out, packing);
        if (!segments.isEmpty()) {
            out.putInt(segments.size());
            segments.forEach(segment -> out.putLong(segment.from()).putLong(segment.bytes())
                    .put(HexFormat.of().parseHex(segment.sha256())));
        }
        out.putInt(tensors.size());
        for (PackedTensor tensor : tensors) {
            put(out, tensor.name());
            put(out, tensor.type().name());
            out.putInt(tensor.rows()).putInt(tensor.columns()).putLong(tensor.at()).putLong(tensor.bytes());
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** @throws PackedFileException if the bytes are not those of the head's digest, or make no sense */
    static PackedDirectory decode(Head head, byte[] bytes) {
        if (!MessageDigest.isEqual(head.digest(), sha256(bytes))) {
            throw new PackedFileException("its directory is damaged");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try {
            String fingerprint = text(in);
            String packing = text(in);
            List<PackedSegment> segments = head.segmented() ? segments(in) : List.of();
            int count = in.getInt();
            if (count < 0 || count > TENSORS_MAX || count > in.remaining() / TENSOR_BYTES_MIN) {
                throw new PackedFileException(count + " matrices in a directory of " + bytes.length + " bytes");
            }
            List<PackedTensor> tensors = new ArrayList<>(count);
            long end = HEAD_BYTES;
            long behind = head.segmented() ? segments.getLast().from() + segments.getLast().bytes()
                    : head.directoryAt();
            for (int i = 0; i < count; i++) {
                PackedTensor tensor = tensor(in, end, behind);
                requireWithin(tensor, segments);
                tensors.add(tensor);
                end = tensor.at() + tensor.bytes();
            }
            if (in.hasRemaining()) {
                throw new PackedFileException(in.remaining() + " bytes behind its directory's end");
            }
            return new PackedDirectory(fingerprint, packing, segments, List.copyOf(tensors), behind);
        } catch (java.nio.BufferUnderflowException cut) {
            throw new PackedFileException("its directory is cut off");
        }
    }

    private static List<PackedSegment> segments(ByteBuffer in) {
        int count = in.getInt();
        if (count < 1 || count > in.remaining() / SEGMENT_BYTES) {
            throw new PackedFileException(count + " segments in a directory of " + in.limit() + " bytes");
        }
        List<PackedSegment> segments = new ArrayList<>(count);
        long end = 0;
        for (int i = 0; i < count; i++) {
            long from = in.getLong();
            long bytes = in.getLong();
            byte[] digest = new byte[DIGEST_BYTES];
            in.get(digest);
            if (from < end || from % PackedSegment.ALIGNMENT != 0 || bytes < 1 || bytes > Long.MAX_VALUE - from) {
                throw new PackedFileException("segment of " + bytes + " bytes at " + from + ", expected from " + end);
            }
            segments.add(new PackedSegment(from, bytes, HexFormat.of().formatHex(digest)));
            end = from + bytes;
        }
        return List.copyOf(segments);
    }

    private static void requireWithin(PackedTensor tensor, List<PackedSegment> segments) {
        boolean within = segments.isEmpty() || segments.stream().anyMatch(segment -> tensor.at() >= segment.from()
                && tensor.at() + tensor.bytes() <= segment.from() + segment.bytes());
        if (!within) {
            throw new PackedFileException("matrix '" + tensor.name() + "' is in no segment");
        }
    }

    private static PackedTensor tensor(ByteBuffer in, long from, long to) {
        String name = text(in);
        String type = text(in);
        int rows = in.getInt();
        int columns = in.getInt();
        long at = in.getLong();
        long bytes = in.getLong();
        boolean fits = rows > 0 && columns > 0 && bytes > 0 && at >= from && at % PackedTensor.ALIGNMENT == 0
                && at <= to && bytes <= to - at;
        if (!fits) {
            throw new PackedFileException("matrix of " + rows + " x " + columns + " in " + bytes + " bytes at " + at
                    + ", expected a place from " + from + " to " + to);
        }
        ElementType known = Arrays.stream(ElementType.values()).filter(one -> one.name().equals(type)).findFirst()
                .orElseThrow(() -> new PackedFileException("a type that is not known"));
        return new PackedTensor(name, known, rows, columns, at, bytes);
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TEXT_BYTES_MAX) {
            throw new PackedFileException("a name of " + bytes.length + " bytes, at most " + TEXT_BYTES_MAX);
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        int count = Short.toUnsignedInt(in.getShort());
        if (count > TEXT_BYTES_MAX) {
            throw new PackedFileException("a name of " + count + " bytes, at most " + TEXT_BYTES_MAX);
        }
        byte[] bytes = new byte[count];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every Java platform has SHA-256", missing);
        }
    }

    Map<String, PackedTensor> byName() {
        Map<String, PackedTensor> byName = new HashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }
}
