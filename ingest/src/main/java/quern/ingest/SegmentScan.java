package quern.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.kv.vault.Vault;

/** Finds the records of a segment, past damaged stretches, and where the file's sound part ends. */
final class SegmentScan {

    private static final int WINDOW_BYTES = 1 << 16;

    /** A record and where it begins. */
    record Found(Frame frame, long from) {

        long bodyFrom() {
            return from + frame.headBytes();
        }

        long to() {
            return from + frame.totalBytes();
        }
    }

    /**
     * @param end one past the last record that lies whole in the file
     * @param damagedStretches runs of bytes between records that are none
     */
    record Result(List<Found> records, long end, int damagedStretches) {}

    private final FileChannel channel;
    private final long marker;
    private final long size;
    private final Vault vault;

    private SegmentScan(Segment segment) {
        this.channel = segment.channel();
        this.marker = segment.marker();
        this.size = segment.size();
        this.vault = segment.vault();
    }

    static Result of(Segment segment) throws IOException {
        return new SegmentScan(segment).scan();
    }

    private Result scan() throws IOException {
        List<Found> records = new ArrayList<>();
        long at = Segment.HEADER_BYTES;
        long end = at;
        int damaged = 0;
        while (at < size) {
            Optional<Found> found = recordAt(at);
            if (found.isEmpty()) {
                long next = nextRecord(at + 1);
                if (next < 0) {
                    break;
                }
                damaged++;
                at = next;
                continue;
            }
            records.add(found.get());
            at = found.get().to();
            end = at;
        }
        return new Result(List.copyOf(records), end, damaged);
    }

    private Optional<Found> recordAt(long at) throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(Frame.FIXED_BYTES);
        if (Segment.readFully(channel, fixed, at) < Frame.FIXED_BYTES) {
            return Optional.empty();
        }
        int metaBytes = Frame.metaBytes(marker, fixed);
        if (metaBytes < 0) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.allocate(Frame.FIXED_BYTES + metaBytes + Frame.CRC_BYTES);
        if (Segment.readFully(channel, head, at) < head.capacity()) {
            return Optional.empty();
        }
        return Frame.parse(head.flip(), vault).filter(frame -> frame.bodyBytes() <= size - at)
                .map(frame -> new Found(frame, at)).filter(found -> found.to() <= size);
    }

    /** Where the next record begins at or after {@code from}; negative if none does. */
    private long nextRecord(long from) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
        for (long at = from; at <= size - Frame.FIXED_BYTES; at += WINDOW_BYTES - Long.BYTES + 1) {
            window.clear();
            int count = Segment.readFully(channel, window, at);
            for (int i = 0; i + Long.BYTES <= count; i++) {
                if (window.getLong(i) == marker && recordAt(at + i).isPresent()) {
                    return at + i;
                }
            }
        }
        return -1;
    }
}
