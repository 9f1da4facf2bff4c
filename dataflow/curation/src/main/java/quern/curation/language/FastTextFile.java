package quern.curation.language;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import quern.config.QuernException;

/**
 * Reads the little-endian pieces of a fastText model file; every length is checked against what is left of the file.
 */
final class FastTextFile {

    private static final int NAME_BYTES_MAX = 10_000;

    private final Path path;
    private final ByteBuffer bytes;

    FastTextFile(Path path) {
        this.path = path;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw damaged("larger than 2 GiB");
            }
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.ERROR, "fastText model " + path + ": " + e, e);
        }
    }

    int int32() {
        require(Integer.BYTES);
        return bytes.getInt();
    }

    /** A 64-bit number that counts something. */
    long count(String what, long most) {
        require(Long.BYTES);
        long value = bytes.getLong();
        if (value < 0 || value > most) {
            throw damaged(value + " " + what + ", at most " + most);
        }
        return value;
    }

    /** A 32-bit number that counts something. */
    int smallCount(String what, int least, int most) {
        int value = int32();
        if (value < least || value > most) {
            throw damaged(what + " is " + value + ", expected " + least + " to " + most);
        }
        return value;
    }

    long int64() {
        require(Long.BYTES);
        return bytes.getLong();
    }

    boolean bool() {
        require(1);
        return bytes.get() != 0;
    }

    int int8() {
        require(1);
        return bytes.get();
    }

    String text() {
        int from = bytes.position();
        int to = from;
        while (to < bytes.limit() && bytes.get(to) != 0) {
            if (++to - from > NAME_BYTES_MAX) {
                throw damaged("a word of more than " + NAME_BYTES_MAX + " bytes");
            }
        }
        byte[] name = new byte[to - from];
        bytes.get(name);
        require(1);
        bytes.get();
        return new String(name, StandardCharsets.UTF_8);
    }

    float[] floats(long count) {
        require(count * Float.BYTES);
        float[] values = new float[(int) count];
        bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        bytes.position(bytes.position() + values.length * Float.BYTES);
        return values;
    }

    byte[] bytes(long count) {
        require(count);
        byte[] values = new byte[(int) count];
        bytes.get(values);
        return values;
    }

    void skip(int count) {
        require(count);
        bytes.position(bytes.position() + count);
    }

    int left() {
        return bytes.remaining();
    }

    QuernException damaged(String found) {
        return new QuernException(QuernException.Category.ERROR, "fastText model " + path + ": " + found);
    }

    private void require(long count) {
        if (count < 0 || count > bytes.remaining()) {
            throw new QuernException(QuernException.Category.ERROR, "fastText model " + path + " ends at byte "
                    + bytes.limit() + ", expected " + count + " more after byte " + bytes.position(),
                    new BufferUnderflowException());
        }
    }
}
