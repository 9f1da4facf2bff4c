package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Guards bytes at rest: by a checksum, or by encryption that authenticates. A stored block is sealed in two parts, its
 * token ids and its numbers, so that the first can be read alone. Thread-safe.
 */
public interface BlockSeal {

    /** Room for what a part is checked by: a checksum, or a nonce of 12 bytes and a tag of 16. */
    int GUARD_BYTES = 28;

    /** Stores bytes as they are, with a CRC-32C. */
    BlockSeal PLAIN = new Plain();

    /** Says which seal and which version of its key; stored with each block. A block of another id is a miss. */
    int id();

    /** Whether sealed bytes are the block's own, so that they can be read where they lie. */
    default boolean plain() {
        return id() == PLAIN.id();
    }

    /** Which of its keys seals the block that comes next: below 2^16, and stored with the block. */
    default int generation() {
        return 0;
    }

    /** The generation that a part was sealed with, or is to be. @param about as {@link #seal} has it */
    static int generationIn(ByteBuffer about) {
        return about.capacity() < BlockImage.GENERATION_IN_ABOUT + Short.BYTES ? 0 : Short.toUnsignedInt(
                about.duplicate().order(ByteOrder.LITTLE_ENDIAN).getShort(BlockImage.GENERATION_IN_ABOUT));
    }

    /**
     * Seals one part.
     *
     * @param about what is stored in the open beside it, and checked with it; says the {@link #generation}
     * @param plain the part; not changed
     * @param guard of {@link #GUARD_BYTES}, filled by this call
     * @return the bytes to store, as many as {@code plain} has: {@code plain} itself, or memory that is valid until
     *     this thread's next call
     */
    MemorySegment seal(ByteBuffer about, MemorySegment plain, ByteBuffer guard);

    /**
     * Opens one part.
     *
     * @param stored what {@link #seal} returned; may be {@code target} itself
     * @param target gets the part's bytes
     * @return false if anything is not as it was when it was sealed; {@code target} is then undefined
     */
    boolean open(ByteBuffer about, MemorySegment stored, MemorySegment target, ByteBuffer guard);

    /**
     * Lets the compiler meet the code before the first block that somebody waits for; that one would take a hundred
     * times as long. Takes a part of a second.
     */
    default void rehearse() {}

    /** See {@link #PLAIN}. */
    final class Plain implements BlockSeal {

        private Plain() {}

        @Override
        public int id() {
            return 0;
        }

        @Override
        public MemorySegment seal(ByteBuffer about, MemorySegment plain, ByteBuffer guard) {
            little(guard).putInt(0, crc(about, plain));
            return plain;
        }

        @Override
        public boolean open(ByteBuffer about, MemorySegment stored, MemorySegment target, ByteBuffer guard) {
            if (stored != target) {
                target.copyFrom(stored);
            }
            ByteBuffer rest = guard.duplicate().position(Integer.BYTES);
            while (rest.hasRemaining()) {
                if (rest.get() != 0) {
                    return false;
                }
            }
            return little(guard).getInt(0) == crc(about, target);
        }

        private static ByteBuffer little(ByteBuffer buffer) {
            return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }

        private static int crc(ByteBuffer about, MemorySegment part) {
            CRC32C crc = new CRC32C();
            crc.update(about.duplicate());
            crc.update(part.asByteBuffer());
            return (int) crc.getValue();
        }
    }
}
