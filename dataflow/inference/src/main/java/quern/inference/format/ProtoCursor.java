package quern.inference.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the fields of a protocol buffer message one after the other, every length checked against the message. */
final class ProtoCursor {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private final String where;
    private int at;
    private int field;
    private int wire;

    ProtoCursor(byte[] bytes, int from, int end, String where) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.where = where;
    }

    /** Goes to the next field, whose value must then be read or skipped; false at the end. */
    boolean next() {
        if (at >= end) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        wire = (int) (key & 7);
        if (key >>> 3 == 0 || key >>> 3 > 1 << 29) {
            throw problem("field number " + (key >>> 3));
        }
        return true;
    }

    int field() {
        return field;
    }

    long number() {
        expect(VARINT);
        return varint();
    }

    float real() {
        expect(FIXED32);
        int from = take(Float.BYTES);
        return ByteBuffer.wrap(bytes, from, Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).getFloat();
    }

    String text() {
        int length = length();
        int from = take(length);
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        int length = length();
        int from = take(length);
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    ProtoCursor message() {
        int length = length();
        int from = take(length);
        return new ProtoCursor(bytes, from, from + length, where);
    }

    void skip() {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case BYTES -> take(length());
            case FIXED32 -> take(Integer.BYTES);
            default -> throw problem("field " + field + " is of wire type " + wire);
        }
    }

    private int length() {
        expect(BYTES);
        long length = varint();
        if (length < 0 || length > end - at) {
            throw problem("field " + field + " of " + Long.toUnsignedString(length) + " bytes, " + (end - at)
                    + " are left");
        }
        return (int) length;
    }

    private void expect(int type) {
        if (wire != type) {
            throw problem("field " + field + " is of wire type " + wire + ", expected " + type);
        }
    }

    private int take(int count) {
        if (count > end - at) {
            throw problem("ends inside field " + field);
        }
        at += count;
        return at - count;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = bytes[take(1)];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw problem("a number of more than ten bytes");
    }

    private ModelFormatException problem(String what) {
        return new ModelFormatException(where, what + " at offset " + at);
    }
}
