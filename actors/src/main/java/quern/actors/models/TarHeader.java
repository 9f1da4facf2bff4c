package quern.actors.models;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The block before a file in a tar archive (POSIX ustar; sizes from 8 GiB on in base 256, as GNU tar has them). A name
 * and a size make exactly one block here, so that a block that was altered anywhere is another one.
 */
record TarHeader(String name, long bytes) {

    static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_DIGITS = 11;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX_BYTES = 155;
    private static final String MAGIC = "ustar\00000";

    /** Whether it is one that a block can hold: plain characters, not too many. */
    static boolean holds(String name) {
        return name.length() <= NAME_BYTES && name.matches("[\\x20-\\x7e]+");
    }

    byte[] block() {
        byte[] block = new byte[BLOCK_BYTES];
        put(block, 0, name);
        put(block, NAME_BYTES, "0000644");
        put(block, NAME_BYTES + 8, "0000000");
        put(block, NAME_BYTES + 16, "0000000");
        if (bytes < 1L << 3 * SIZE_DIGITS) {
            put(block, SIZE_AT, digits(bytes, SIZE_DIGITS));
        } else {
            ByteBuffer.wrap(block).putLong(SIZE_AT + 4, bytes);
            block[SIZE_AT] = (byte) 0x80;
        }
        put(block, SIZE_AT + 12, digits(0, SIZE_DIGITS));
        Arrays.fill(block, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES, (byte) ' ');
        block[TYPE_AT] = '0';
        put(block, MAGIC_AT, MAGIC);
        int sum = 0;
        for (byte each : block) {
            sum += each & 0xff;
        }
        put(block, CHECKSUM_AT, digits(sum, 6) + "\0 ");
        return block;
    }

    private static String digits(long value, int width) {
        String octal = Long.toOctalString(value);
        return "0".repeat(Math.max(0, width - octal.length())) + octal;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    static boolean isEmpty(byte[] block) {
        for (byte each : block) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a block is a header: its checksum is the sum of its bytes, the checksum's own as spaces. */
    static boolean isSound(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES ? ' ' : block[i] & 0xff;
        }
        return octal(block, CHECKSUM_AT, CHECKSUM_BYTES) == sum;
    }

    static char type(byte[] block) {
        return block[TYPE_AT] == 0 ? '0' : (char) (block[TYPE_AT] & 0xff);
    }

    /** Whether it is of a file or directory itself, and not of what is said of the next one. */
    static boolean isContent(byte[] block) {
        return "xgLK".indexOf(type(block)) < 0;
    }

    /** What the block says the name is; long ones of POSIX are in two parts. */
    static String name(byte[] block) {
        String prefix = text(block, MAGIC_AT, MAGIC.length()).equals("ustar") ? text(block, PREFIX_AT, PREFIX_BYTES)
                : "";
        String name = text(block, 0, NAME_BYTES);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** What the block says the size is, in bytes; -1: nothing that can be read. */
    static long bytes(byte[] block) {
        if ((block[SIZE_AT] & 0x80) == 0) {
            return octal(block, SIZE_AT, SIZE_DIGITS + 1);
        }
        boolean fits = ByteBuffer.wrap(block).getInt(SIZE_AT) == 0x80 << 24;
        return fits ? ByteBuffer.wrap(block).getLong(SIZE_AT + 4) : -1;
    }

    private static long octal(byte[] block, int at, int bytes) {
        String digits = text(block, at, bytes).strip();
        return digits.matches("[0-7]{1,12}") ? Long.parseLong(digits, 8) : -1;
    }

    /** The block in words, for a refusal. */
    static String describe(byte[] block) {
        String type = switch (type(block)) {
            case '0', '7' -> "file";
            case '1', '2' -> "link";
            case '5' -> "directory";
            default -> "entry of another type";
        };
        return type + " '" + text(block, 0, NAME_BYTES) + "' of " + bytes(block) + " bytes";
    }

    private static String text(byte[] block, int at, int bytes) {
        int end = at;
        while (end < at + bytes && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.UTF_8);
    }
}
