package quern.gpu.tensor;

/**
 * Activations: {@code count} rows of {@code width} floats, row-major and dense. Kernels take how many rows of it are
 * in use, so one allocation serves steps of every size.
 */
public final class Rows {

    private final float[] values;
    private final int count;
    private final int width;

    public Rows(int count, int width) {
        this(new float[Math.multiplyExact(count, width)], count, width);
    }

    /** A view over {@code values}, which must hold {@code count * width} floats. */
    public Rows(float[] values, int count, int width) {
        if (values.length != Math.multiplyExact(count, width)) {
            throw new IllegalArgumentException(values.length + " floats, expected " + count + " x " + width);
        }
        this.values = values;
        this.count = count;
        this.width = width;
    }

    public float[] values() {
        return values;
    }

    public int count() {
        return count;
    }

    public int width() {
        return width;
    }

    /** Index of the first element of {@code row} in {@link #values()}. */
    public int at(int row) {
        return row * width;
    }
}
