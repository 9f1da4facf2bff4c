package quern.gpu.scalar;

import java.util.Arrays;
import quern.gpu.kernel.RopeTable;

/**
 * Cosines and sines of a step's positions, computed once and used by every head and layer. The angle is the float
 * product position * frequency; its cosine and sine are StrictMath's, rounded to float: the same on every machine.
 */
public final class RopeAngles {

    private RopeTable table;
    private int[] positions = new int[0];
    private float[] cosines = new float[0];
    private float[] sines = new float[0];

    /** Makes the angles of the first {@code count} positions current; cheap when they already are. */
    public void turnTo(RopeTable next, int[] nextPositions, int count) {
        if (table == next && Arrays.equals(positions, 0, positions.length, nextPositions, 0, count)) {
            return;
        }
        int pairs = next.frequencies().length;
        table = next;
        positions = Arrays.copyOf(nextPositions, count);
        cosines = new float[Math.multiplyExact(count, pairs)];
        sines = new float[count * pairs];
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < pairs; i++) {
                double angle = (float) positions[t] * next.frequencies()[i];
                cosines[t * pairs + i] = (float) StrictMath.cos(angle);
                sines[t * pairs + i] = (float) StrictMath.sin(angle);
            }
        }
    }

    /** {@code [row][pair]}. */
    public float[] cosines() {
        return cosines;
    }

    /** {@code [row][pair]}. */
    public float[] sines() {
        return sines;
    }
}
