package quern.gpu.kernel;

import quern.gpu.tensor.ElementType;

/**
 * How keys and values of a run of tokens lie in one block: {@code [layer][key | value][kvHead][token][headSize]}, so
 * that one head's tokens are contiguous. Keys are stored after their rotary embedding.
 *
 * @param type F32 or F16
 * @param blockTokens tokens a block holds
 */
public record KvLayout(int layers, int kvHeads, int headSize, int blockTokens, ElementType type) {

    public KvLayout {
        if (type != ElementType.F32 && type != ElementType.F16) {
            throw new IllegalArgumentException("KV cache type " + type + ", expected F32 or F16");
        }
    }

    /** Bytes of a whole block, all layers. */
    public long blockBytes() {
        return layers * layerBytes();
    }

    /** Byte offset of the key of ({@code layer}, {@code kvHead}, {@code token in block}). */
    public long keyOffset(int layer, int kvHead, int token) {
        return layer * layerBytes() + vectorBytes() * ((long) kvHead * blockTokens + token);
    }

    /** Byte offset of the value of ({@code layer}, {@code kvHead}, {@code token in block}). */
    public long valueOffset(int layer, int kvHead, int token) {
        return keyOffset(layer, kvHead, token) + layerBytes() / 2;
    }

    private long vectorBytes() {
        return type.bytesOf(headSize);
    }

    private long layerBytes() {
        return 2L * kvHeads * blockTokens * vectorBytes();
    }
}
