package quern.gpu.scalar;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import quern.gpu.kernel.RopeTable;

/**
 * Cosines and sines of a step's positions, computed once and used by every head and layer. The angle is the float
 * product position * frequency; its cosine and sine are StrictMath's, rounded to float: the same on every machine.
 * Models whose layers differ use a few tables in turn, and the angles of each stay.
 */
public final class RopeAngles {

    private static final int TABLES_MAX = 4;

    private final Map<RopeTable, Turned> turned = new IdentityHashMap<>();
    private Turned current = new Turned(new int[0], 0);

    private static final class Turned {

        private final int[] positions;
        private final float[] cosines;
        private final float[] sines;
        private final float[] pairedCosines;
        private final float[] pairedSines;

        Turned(int[] positions, int pairs) {
            this.positions = positions;
            this.cosines = new float[Math.multiplyExact(positions.length, pairs)];
            this.sines = new float[cosines.length];
            this.pairedCosines = new float[Math.multiplyExact(2, cosines.length)];
            this.pairedSines = new float[pairedCosines.length];
        }

        private void set(int at, float cosine, float sine) {
            cosines[at] = cosine;
            sines[at] = sine;
            pairedCosines[2 * at] = cosine;
            pairedCosines[2 * at + 1] = cosine;
            pairedSines[2 * at] = -sine;
            pairedSines[2 * at + 1] = sine;
        }
    }

    /** Makes the angles of the first {@code count} positions current; cheap when they are known. */
    public void turnTo(RopeTable table, int[] positions, int count) {
        current = turned.get(table);
        if (current != null && Arrays.equals(current.positions, 0, current.positions.length, positions, 0, count)) {
            return;
        }
        if (turned.size() >= TABLES_MAX) {
            turned.clear();
        }
        int pairs = table.frequencies().length;
        current = new Turned(Arrays.copyOf(positions, count), pairs);
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < pairs; i++) {
                double angle = (float) positions[t] * table.frequencies()[i];
                current.set(t * pairs + i, table.magnitude() * (float) StrictMath.cos(angle),
                        table.magnitude() * (float) StrictMath.sin(angle));
            }
        }
        turned.put(table, current);
    }

    /** {@code [row][pair]}. */
    public float[] cosines() {
        return current.cosines;
    }

    /** {@code [row][pair]}. */
    public float[] sines() {
        return current.sines;
    }

    /** {@code [row][pair][2]}: each cosine twice, for pairs that are neighbours. */
    public float[] pairedCosines() {
        return current.pairedCosines;
    }

    /** {@code [row][pair][2]}: each sine twice, the first negated. */
    public float[] pairedSines() {
        return current.pairedSines;
    }
}
