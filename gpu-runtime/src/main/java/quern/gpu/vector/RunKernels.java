package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import quern.gpu.kernel.Kernels;

/** Kernels over runs of a long row, which is how a vocabulary's logits are looked through. */
final class RunKernels {

    private static final int RUN = Kernels.RUN;
    private static final VectorShuffle<Float> HALF = rotation(2);
    private static final VectorShuffle<Float> QUARTER = rotation(4);
    private static final VectorShuffle<Float> EIGHTH = rotation(8);
    private static final VectorShuffle<Float> SIXTEENTH = rotation(16);

    private RunKernels() {}

    /** By the {@code share}-th part of the lanes; by none where a lane would be less. */
    private static VectorShuffle<Float> rotation(int share) {
        return VectorShuffle.fromOp(F, i -> (i + F.length() / share) % F.length());
    }

    /** Of the runs that lie in {@code [first, end)} of the row that begins at {@code from}. */
    static void maxima(float[] x, int from, int first, int end, float[] out) {
        int at = first;
        for (; at + RUN <= end; at += RUN) {
            FloatVector a = FloatVector.fromArray(F, x, from + at);
            FloatVector b = FloatVector.fromArray(F, x, from + at + F.length());
            for (int i = 2 * F.length(); i < RUN; i += 2 * F.length()) {
                a = a.max(FloatVector.fromArray(F, x, from + at + i));
                b = b.max(FloatVector.fromArray(F, x, from + at + i + F.length()));
            }
            FloatVector two = a.max(b);
            two = two.max(two.rearrange(HALF));
            two = two.max(two.rearrange(QUARTER));
            two = two.max(two.rearrange(EIGHTH));
            out[at / RUN] = two.max(two.rearrange(SIXTEENTH)).lane(0);
        }
        if (at < end) {
            out[at / RUN] = Lanes.max(x, from + at, end - at);
        }
    }

    /** The same runs. */
    static void exponentialSums(float[] x, int from, int first, int end, float shift, float[] out) {
        float[] run = new float[RUN];
        for (int at = first; at < end; at += RUN) {
            int used = Math.min(RUN, end - at);
            System.arraycopy(x, from + at, run, 0, used);
            Lanes.exp(run, 0, used, shift);
            out[at / RUN] = Lanes.sum(run, 0, used);
        }
    }
}
