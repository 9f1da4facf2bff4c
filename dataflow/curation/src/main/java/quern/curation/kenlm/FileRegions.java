package quern.curation.kenlm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import quern.config.QuernException;

/** The parts of a mapped model file, taken one after the other; each is checked to lie within the file. */
final class FileRegions {

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final MemorySegment file;
    private long at;

    FileRegions(Path path, MemorySegment file, long at) {
        this.path = path;
        this.file = file;
        this.at = at;
    }

    /** @param what is there, in messages */
    MemorySegment take(long bytes, String what) {
        if (bytes < 0 || bytes > file.byteSize() - at) {
            throw damaged(what + " of " + bytes + " bytes at byte " + at + ", expected within the file's "
                    + file.byteSize());
        }
        at += bytes;
        return file.asSlice(at - bytes, bytes);
    }

    /** What comes next, not taken. */
    MemorySegment rest() {
        return file.asSlice(at);
    }

    long at() {
        return at;
    }

    /** The exception for a file that contradicts itself. */
    QuernException damaged(String found) {
        return damaged(path, found);
    }

    static QuernException damaged(Path path, String found) {
        return new QuernException(QuernException.Category.ERROR, "KenLM model " + path + " is damaged: it claims "
                + found);
    }
}
