package quern.gpu.tensor;

import java.util.Optional;

/**
 * How the elements of a tensor are stored in a file. Ids, block lengths and block sizes are those of GGUF (ggml's type
 * table); safetensors use F32, F16 and BF16 only.
 */
public enum ElementType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    IQ4_NL(20, 32, 18),
    IQ4_XS(23, 256, 136),
    BF16(30, 1, 2);

    private final int ggufId;
    private final int blockElements;
    private final int blockBytes;

    ElementType(int ggufId, int blockElements, int blockBytes) {
        this.ggufId = ggufId;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The type a GGUF file means by {@code ggufId}, or empty for one this engine does not know. */
    public static Optional<ElementType> ofGgufId(int ggufId) {
        for (ElementType type : values()) {
            if (type.ggufId == ggufId) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    public int ggufId() {
        return ggufId;
    }

    /** Elements that share one block (1 for plain floats); a row's length is a multiple of it. */
    public int blockElements() {
        return blockElements;
    }

    /** F32, F16 or BF16: every element by itself; the others are quantised in blocks. */
    public boolean isFloat() {
        return blockElements == 1;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Bytes of {@code elementCount} elements.
     *
     * @throws IllegalArgumentException if the count is negative or no multiple of the block
     * @throws ArithmeticException if the result exceeds a long
     */
    public long bytesOf(long elementCount) {
        if (elementCount < 0 || elementCount % blockElements != 0) {
            throw new IllegalArgumentException(
                    this + ": " + elementCount + " elements, expected a multiple of " + blockElements);
        }
        return Math.multiplyExact(elementCount / blockElements, (long) blockBytes);
    }
}
