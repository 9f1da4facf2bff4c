package quern.actors.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import quern.actors.models.ModelRefused.Reason;
import quern.kv.AtomicFile;
import quern.kv.FileStamp;
import quern.kv.OwnerOnly;

/**
 * Copies parts to their place in steps: each is forced to disk before the record names it, so that what the record
 * names is there whenever the process dies. What an earlier run copied is read again from the copy and compared with
 * the checksums of what was read from the source, never taken on trust.
 */
final class PartCopy {

    private static final int BUFFER_BYTES = 4 << 20;

    private final ImportPlace place;
    private final String name;
    private final List<FileStamp> source;
    private final List<CopyPart> parts;
    private final long stepBytes;
    private final ModelImport.Progress progress;
    private final long totalBytes;
    private final List<PartialRecord.Step> steps = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long copiedBytes;
    private long recordedBytes;

    /** @param source empty: nobody could go on with it, so nothing is recorded */
    PartCopy(ImportPlace place, String name, List<FileStamp> source, List<CopyPart> parts, long stepBytes,
            ModelImport.Progress progress) {
        this.place = place;
        this.name = name;
        this.source = source;
        this.parts = parts;
        this.stepBytes = stepBytes;
        this.progress = progress;
        this.totalBytes = parts.stream().mapToLong(CopyPart::bytes).sum();
    }

    /** Looks at what is there already; returns its bytes. */
    long resume() throws IOException {
        List<PartialRecord.Step> known = place.record().map(PartialRecord::steps).orElse(List.of());
        Map<Integer, Long> reached = new HashMap<>();
        for (PartialRecord.Step step : known) {
            boolean follows = step.part() >= 0 && step.part() < parts.size() && step.bytes() > 0
                    && step.offset() == reached.getOrDefault(step.part(), 0L)
                    && step.offset() + step.bytes() <= parts.get(step.part()).bytes();
            if (!follows || !isIntact(step)) {
                break;
            }
            steps.add(step);
            reached.merge(step.part(), step.bytes(), Long::sum);
            copiedBytes += step.bytes();
        }
        recordedBytes = copiedBytes;
        // What was written after the last step has room that the rest needs.
        for (int part = 0; part < parts.size(); part++) {
            Path target = place.directory().resolve(parts.get(part).target());
            if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                cut(target, reached.getOrDefault(part, 0L));
            }
        }
        if (copiedBytes > 0) {
            progress.at("resume", copiedBytes, totalBytes);
        }
        return copiedBytes;
    }

    private boolean isIntact(PartialRecord.Step step) throws IOException {
        Path target = place.directory().resolve(parts.get(step.part()).target());
        if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel copy = FileChannel.open(target, StandardOpenOption.READ)) {
            CRC32C crc = new CRC32C();
            long at = step.offset();
            long end = at + step.bytes();
            while (at < end) {
                if (!read(copy, at, end - at)) {
                    return false;
                }
                at += buffer.remaining();
                crc.update(buffer);
            }
            return (int) crc.getValue() == step.crc32c();
        }
    }

    /** Fills the buffer from its start. */
    private boolean read(FileChannel from, long at, long bytes) throws IOException {
        buffer.clear().limit((int) Math.min(BUFFER_BYTES, bytes));
        int read = from.read(buffer, at);
        buffer.flip();
        return read > 0;
    }

    /** Copies what is not there yet. */
    void run() throws IOException {
        if (steps.isEmpty()) {
            record();
        }
        for (int part = 0; part < parts.size(); part++) {
            Path directory = place.directory().resolve(parts.get(part).target()).getParent();
            if (!Files.isDirectory(directory)) {
                ImportPlace.makePrivate(directory);
                AtomicFile.forceDirectory(directory.getParent());
            }
            copy(part);
        }
        AtomicFile.forceDirectory(place.directory());
        AtomicFile.forceDirectory(place.directory().getParent());
        if (copiedBytes > recordedBytes) {
            record();
        }
    }

    private void copy(int index) throws IOException {
        CopyPart part = parts.get(index);
        Path target = place.directory().resolve(part.target());
        long at = steps.stream().filter(step -> step.part() == index).mapToLong(PartialRecord.Step::bytes).sum();
        if (at == part.bytes() && at > 0) {
            return;
        }
        try (FileChannel in = FileChannel.open(part.source(), StandardOpenOption.READ);
                FileChannel out = FileChannel.open(target, Set.of(StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                        OwnerOnly.asPrivateAs(place.directory()))) {
            out.truncate(at);
            AtomicFile.forceDirectory(target.getParent());
            while (at < part.bytes()) {
                at += step(index, in, out, at);
                if (copiedBytes - recordedBytes >= stepBytes) {
                    record();
                }
            }
            out.force(true);
        }
    }

    private static void cut(Path target, long bytes) throws IOException {
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.WRITE)) {
            out.truncate(bytes);
        }
    }

    private long step(int index, FileChannel in, FileChannel out, long begin) throws IOException {
        CopyPart part = parts.get(index);
        long end = Math.min(part.bytes(), begin + stepBytes);
        CRC32C crc = new CRC32C();
        long at = begin;
        while (at < end) {
            if (!read(in, part.offsetBytes() + at, end - at)) {
                throw new ModelRefused(Reason.MISMATCH, part.source() + " became shorter while it was copied");
            }
            crc.update(buffer);
            buffer.rewind();
            while (buffer.hasRemaining()) {
                at += out.write(buffer, at);
            }
            progress.at("copy", copiedBytes + at - begin, totalBytes);
        }
        out.force(true);
        steps.add(new PartialRecord.Step(index, begin, at - begin, (int) crc.getValue()));
        copiedBytes += at - begin;
        return at - begin;
    }

    private void record() throws IOException {
        if (!source.isEmpty()) {
            place.record(new PartialRecord(name, source, totalBytes, steps));
        }
        recordedBytes = copiedBytes;
    }
}
