package quern.gpu.kernel;

import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;

/**
 * How keys and values of a run of tokens lie in one block: {@code [layer][key | value][kvHead]}, each head's keys as
 * {@code [element][token]}, so that a vector of scores takes neighbouring tokens, and its values as
 * {@code [token][element]}. Keys are stored after their rotary embedding.
 *
 * <p>Q8_0 means one byte an element, {@code [-127, 127]}, and behind a head's elements one F32 scale for each run of
 * 32 elements of a token: {@code [run][token]} for keys, {@code [token][run]} for values.
 *
 * @param type F32, F16 or Q8_0, which needs a head size that is a multiple of 32
 * @param blockTokens tokens a block holds
 */
public record KvLayout(int layers, int kvHeads, int headSize, int blockTokens, ElementType type) {

    public KvLayout {
        if (type != ElementType.F32 && type != ElementType.F16 && type != ElementType.Q8_0) {
            throw new IllegalArgumentException("KV cache type " + type + ", expected F32, F16 or Q8_0");
        }
        if (type == ElementType.Q8_0 && headSize % QuantizedRows.BLOCK != 0) {
            throw new IllegalArgumentException("KV cache type Q8_0 with heads of " + headSize
                    + " elements, expected a multiple of " + QuantizedRows.BLOCK);
        }
    }

    /** Bytes of a whole block, all layers. */
    public long blockBytes() {
        return layers * layerBytes();
    }

    /** Byte offset of the keys of ({@code layer}, {@code kvHead}). */
    public long keysOffset(int layer, int kvHead) {
        return layer * layerBytes() + kvHead * headBytes();
    }

    /** Byte offset of the values of ({@code layer}, {@code kvHead}). */
    public long valuesOffset(int layer, int kvHead) {
        return keysOffset(layer, kvHead) + layerBytes() / 2;
    }

    /** Elements of one head's keys, or values, in a block. */
    public int headElements() {
        return Math.multiplyExact(blockTokens, headSize);
    }

    /** Bytes of one element. */
    public int elementBytes() {
        return switch (type) {
            case F32 -> 4;
            case F16 -> 2;
            default -> 1;
        };
    }

    /** Scales of one token of one head. */
    public int runs() {
        return type == ElementType.Q8_0 ? headSize / QuantizedRows.BLOCK : 0;
    }

    /** Byte offset of the scales from where a head's keys or values begin. */
    public long scalesOffset() {
        return (long) headElements() * elementBytes();
    }

    private long headBytes() {
        return scalesOffset() + 4L * blockTokens * runs();
    }

    private long layerBytes() {
        return 2 * kvHeads * headBytes();
    }
}
