package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads little-endian numbers and length-prefixed strings one after the other, each checked against the end. */
final class SegmentCursor {

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String where;
    private long at;

    SegmentCursor(MemorySegment bytes, String where) {
        this.bytes = bytes;
        this.where = where;
    }

    long position() {
        return at;
    }

    long remaining() {
        return bytes.byteSize() - at;
    }

    int nextInt(String what) {
        need(Integer.BYTES, what);
        int value = bytes.get(INT, at);
        at += Integer.BYTES;
        return value;
    }

    /** Eight bytes; a value above {@code Long.MAX_VALUE} comes out negative. */
    long nextLong(String what) {
        need(Long.BYTES, what);
        long value = bytes.get(LONG, at);
        at += Long.BYTES;
        return value;
    }

    /** The next {@code count} bytes, not copied. */
    MemorySegment next(long count, String what) {
        need(count, what);
        MemorySegment slice = bytes.asSlice(at, count);
        at += count;
        return slice;
    }

    /** The bytes of a string that is preceded by its length in eight bytes. */
    MemorySegment nextString(long bytesMax, String what) {
        long length = length(bytesMax, what);
        return next(length, what);
    }

    /** Passes over such a string. @return its length; it ends at {@link #position} */
    int nextLength(int bytesMax, String what) {
        long length = length(bytesMax, what);
        need(length, what);
        at += length;
        return (int) length;
    }

    private long length(long bytesMax, String what) {
        long length = nextLong(what);
        if (length < 0 || length > bytesMax) {
            throw new ModelFormatException(where, what + " of " + Long.toUnsignedString(length)
                    + " bytes at offset " + (at - Long.BYTES) + ", at most " + bytesMax);
        }
        return length;
    }

    private void need(long count, String what) {
        if (count < 0 || count > remaining()) {
            throw new ModelFormatException(where, "ends inside " + what + ": " + Long.toUnsignedString(count)
                    + " bytes at offset " + at + ", " + remaining() + " are left");
        }
    }
}
