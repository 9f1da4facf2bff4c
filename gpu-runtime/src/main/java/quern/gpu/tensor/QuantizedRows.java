package quern.gpu.tensor;

/**
 * Activations in 8 bits: each run of {@link #BLOCK} elements has one scale, element = value * scale, values in
 * [-127, 127]. A width that is no multiple of the block is padded with zeros.
 */
public final class QuantizedRows {

    /** Elements that share one scale. */
    public static final int BLOCK = 32;

    private final byte[] values;
    private final float[] scales;
    private final int count;
    private final int width;
    private final int blocksPerRow;

    public QuantizedRows(int count, int width) {
        this.count = count;
        this.width = width;
        this.blocksPerRow = Math.ceilDiv(width, BLOCK);
        this.values = new byte[Math.multiplyExact(count, blocksPerRow * BLOCK)];
        this.scales = new float[Math.multiplyExact(count, blocksPerRow)];
    }

    /** Row-major, row stride {@code blocksPerRow() * BLOCK}. */
    public byte[] values() {
        return values;
    }

    /** Row-major, row stride {@code blocksPerRow()}. */
    public float[] scales() {
        return scales;
    }

    public int count() {
        return count;
    }

    public int width() {
        return width;
    }

    public int blocksPerRow() {
        return blocksPerRow;
    }
}
