package quern.tuning.merge;

/**
 * Turns the columns of a small square matrix until all are orthogonal to each other (Hestenes, 1958): their lengths are
 * its singular values then.
 */
final class JacobiRotation {

    private static final int SWEEPS_MAX = 60;
    private static final double ORTHOGONAL = 1e-15;

    private JacobiRotation() {}

    /**
     * Turns them where they are.
     *
     * @param columns [column][row]
     * @return the turn, by columns: the old columns are the new ones times its transpose
     */
    static double[][] columns(double[][] columns) {
        int count = columns.length;
        double[][] turn = new double[count][count];
        for (int j = 0; j < count; j++) {
            turn[j][j] = 1;
        }
        boolean turned = true;
        for (int sweep = 0; turned && sweep < SWEEPS_MAX; sweep++) {
            turned = false;
            for (int p = 0; p < count - 1; p++) {
                for (int q = p + 1; q < count; q++) {
                    turned |= turn(columns, turn, p, q);
                }
            }
        }
        return turn;
    }

    private static boolean turn(double[][] columns, double[][] turn, int p, int q) {
        double pp = 0;
        double qq = 0;
        double pq = 0;
        for (int i = 0; i < columns.length; i++) {
            pp += columns[p][i] * columns[p][i];
            qq += columns[q][i] * columns[q][i];
            pq += columns[p][i] * columns[q][i];
        }
        if (pq == 0 || Math.abs(pq) <= ORTHOGONAL * Math.sqrt(pp) * Math.sqrt(qq)) {
            return false;
        }
        double ratio = (qq - pp) / (2 * pq);
        double tangent = Math.copySign(1, ratio) / (Math.abs(ratio) + Math.hypot(1, ratio));
        double cosine = 1 / Math.hypot(1, tangent);
        rotate(columns[p], columns[q], cosine, cosine * tangent);
        rotate(turn[p], turn[q], cosine, cosine * tangent);
        return true;
    }

    private static void rotate(double[] left, double[] right, double cosine, double sine) {
        for (int i = 0; i < left.length; i++) {
            double one = left[i];
            left[i] = cosine * one - sine * right[i];
            right[i] = sine * one + cosine * right[i];
        }
    }
}
