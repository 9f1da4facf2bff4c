package quern.inference.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.kv.AtomicFile;
import quern.kv.OwnerOnly;

/** Writes each layer, and each matrix of none, to a segment of its own in a directory that nobody knows yet. */
final class SegmentSink implements PackedSink {

    private static final String UNNAMED = "segment.writing";

    private final Path folder;
    private final SegmentStore store;
    private final List<PackedSegment> segments = new ArrayList<>();
    private final MessageDigest digest = sha256();
    private Optional<FileChannel> open = Optional.empty();
    private int layer = -1;
    private long from;
    private long end = PackedDirectory.HEAD_BYTES;

    /** @param folder exists and is empty */
    SegmentSink(Path folder, SegmentStore store) {
        this.folder = folder;
        this.store = store;
    }

    @Override
    public long begin(String tensor) throws IOException {
        int next = LayerSpans.layer(tensor);
        if (open.isEmpty() || next < 0 || next != layer) {
            endSegment();
            from = Math.ceilDiv(end, PackedSegment.ALIGNMENT) * PackedSegment.ALIGNMENT;
            end = from;
            layer = next;
            open = Optional.of(FileChannel.open(folder.resolve(UNNAMED),
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnerOnly.asPrivateAs(folder)));
        }
        long at = Math.ceilDiv(end, PackedTensor.ALIGNMENT) * PackedTensor.ALIGNMENT;
        write(ByteBuffer.allocate((int) (at - end)));
        return at;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        digest.update(bytes.duplicate());
        end += bytes.remaining();
        while (bytes.hasRemaining()) {
            open.orElseThrow().write(bytes);
        }
    }

    @Override
    public long end() {
        return end;
    }

    private void endSegment() throws IOException {
        if (open.isEmpty()) {
            return;
        }
        try (FileChannel channel = open.get()) {
            channel.force(true);
        }
        open = Optional.empty();
        String sha256 = HexFormat.of().formatHex(digest.digest());
        store.keep(folder.resolve(UNNAMED), sha256);
        segments.add(new PackedSegment(from, end - from, sha256));
    }

    @Override
    public PackedDirectory finish(String fingerprint, String packing, List<PackedTensor> tensors) throws IOException {
        endSegment();
        var directory = new PackedDirectory(
                fingerprint, packing, List.copyOf(segments), List.copyOf(tensors), end);
        byte[] bytes = directory.encode();
        AtomicFile.write(folder.resolve(PackedFolder.DIRECTORY), out -> {
            write(out, directory.headBytes(bytes));
            write(out, bytes);
        });
        return directory;
    }

    private static void write(FileChannel out, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every Java platform has SHA-256", missing);
        }
    }

    @Override
    public void close() throws IOException {
        if (open.isPresent()) {
            open.get().close();
        }
    }
}
