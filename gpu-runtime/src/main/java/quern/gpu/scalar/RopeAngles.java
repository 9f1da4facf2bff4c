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
    private float[] pairedCosines = new float[0];
    private float[] pairedSines = new float[0];

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
        pairedCosines = new float[Math.multiplyExact(2, count * pairs)];
        pairedSines = new float[2 * count * pairs];
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < pairs; i++) {
                double angle = (float) positions[t] * next.frequencies()[i];
                set(t * pairs + i, (float) StrictMath.cos(angle), (float) StrictMath.sin(angle));
            }
        }
    }

    private void set(int at, float cosine, float sine) {
        cosines[at] = cosine;
        sines[at] = sine;
        pairedCosines[2 * at] = cosine;
        pairedCosines[2 * at + 1] = cosine;
        pairedSines[2 * at] = -sine;
        pairedSines[2 * at + 1] = sine;
    }

    /** {@code [row][pair]}. */
    public float[] cosines() {
        return cosines;
    }

    /** {@code [row][pair]}. */
    public float[] sines() {
        return sines;
    }

    /** {@code [row][pair][2]}: each cosine twice, for pairs that are neighbours. */
    public float[] pairedCosines() {
        return pairedCosines;
    }

    /** {@code [row][pair][2]}: each sine twice, the first negated. */
    public float[] pairedSines() {
        return pairedSines;
    }
}
