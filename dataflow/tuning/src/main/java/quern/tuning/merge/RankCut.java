package quern.tuning.merge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;

/**
 * The nearest adapter of a lower rank: of every product B A the largest singular values. The product itself is never
 * made: with B = Q R and A' = P S by orthogonal columns it is Q (R S') P', and only the small R S' is decomposed.
 *
 * @param lost share of the sum of all squared entries of all updates that is gone, 0 to 1
 * @param worst the matrix that lost most of its own; empty if none lost anything
 * @param worstLost its share
 */
record RankCut(LoraWeights weights, double lost, String worst, double worstLost) {

    /** What is left of a column that depends on others is taken to be rounding. */
    private static final double DEPENDENT = 1e-12;

    /** @param rank at most; an adapter that has no more stays as it is */
    static RankCut of(LoraWeights weights, int rank) {
        if (weights.rank() <= rank) {
            return new RankCut(weights, 0, "", 0);
        }
        SortedMap<String, Pair> cut = new TreeMap<>();
        double all = 0;
        double gone = 0;
        String worst = "";
        double worstLost = 0;
        for (var target : weights.targets().entrySet()) {
            Decomposed product = Decomposed.of(target.getValue());
            cut.put(target.getKey(), product.first(rank));
            double lost = product.energy(rank, weights.rank());
            double whole = product.energy(0, weights.rank());
            all += whole;
            gone += lost;
            if (whole > 0 && lost / whole > worstLost) {
                worst = target.getKey();
                worstLost = lost / whole;
            }
        }
        return new RankCut(new LoraWeights(rank, weights.scale(), cut), all == 0 ? 0 : gone / all, worst, worstLost);
    }

    /**
     * B A by its singular values, the largest first.
     *
     * @param left columns of length one, as many as A has rows
     * @param right the same on A's side
     */
    private record Decomposed(double[][] left, double[][] right, double[] values) {

        static Decomposed of(Pair pair) {
            int rank = pair.a().count();
            double[][] left = columns(pair.b());
            double[][] right = rows(pair.a());
            double[][] leftPart = orthonormal(left);
            double[][] rightPart = orthonormal(right);
            // Column j of R S': what of the left columns goes with the j-th on the right.
            double[][] small = new double[rank][rank];
            for (int j = 0; j < rank; j++) {
                for (int k = 0; k < rank; k++) {
                    for (int i = 0; i < rank; i++) {
                        small[j][i] += leftPart[k][i] * rightPart[k][j];
                    }
                }
            }
            double[][] turned = JacobiRotation.columns(small);
            double[] values = Arrays.stream(small).mapToDouble(Decomposed::norm).toArray();
            int[] order = IntStream.range(0, rank).boxed()
                    .sorted(Comparator.comparingDouble((Integer j) -> -values[j])).mapToInt(j -> j).toArray();
            double[][] outer = new double[rank][];
            double[][] inner = new double[rank][];
            for (int j = 0; j < rank; j++) {
                double value = values[order[j]];
                outer[j] = combined(left, small[order[j]], value == 0 ? 0 : 1 / value);
                inner[j] = combined(right, turned[order[j]], 1);
            }
            return new Decomposed(outer, inner, Arrays.stream(order).mapToDouble(j -> values[j]).toArray());
        }

        /** Sum of squares of the values in [from, to). */
        double energy(int from, int to) {
            return Arrays.stream(values, from, to).map(value -> value * value).sum();
        }

        /** As A and B, each with the root of the values. */
        Pair first(int rank) {
            Rows a = new Rows(rank, right[0].length);
            Rows b = new Rows(left[0].length, rank);
            for (int j = 0; j < rank; j++) {
                double root = Math.sqrt(values[j]);
                for (int i = 0; i < a.width(); i++) {
                    a.values()[a.at(j) + i] = (float) (root * right[j][i]);
                }
                for (int i = 0; i < b.count(); i++) {
                    b.values()[b.at(i) + j] = (float) (root * left[j][i]);
                }
            }
            return new Pair(a, b);
        }

        private static double[][] columns(Rows b) {
            double[][] columns = new double[b.width()][b.count()];
            for (int row = 0; row < b.count(); row++) {
                for (int k = 0; k < b.width(); k++) {
                    columns[k][row] = b.values()[b.at(row) + k];
                }
            }
            return columns;
        }

        private static double[][] rows(Rows a) {
            double[][] rows = new double[a.count()][a.width()];
            for (int k = 0; k < a.count(); k++) {
                for (int i = 0; i < a.width(); i++) {
                    rows[k][i] = a.values()[a.at(k) + i];
                }
            }
            return rows;
        }

        /**
         * Makes vectors orthogonal and of length one, or zero where they depend on those before (Gram and Schmidt,
         * twice).
         *
         * @return [j][i]: what of the new i-th was in the old j-th
         */
        private static double[][] orthonormal(double[][] vectors) {
            double[][] parts = new double[vectors.length][vectors.length];
            for (int j = 0; j < vectors.length; j++) {
                double before = norm(vectors[j]);
                for (int pass = 0; pass < 2; pass++) {
                    for (int i = 0; i < j; i++) {
                        double part = dot(vectors[i], vectors[j]);
                        parts[j][i] += part;
                        add(vectors[j], vectors[i], -part);
                    }
                }
                double left = norm(vectors[j]);
                boolean dependent = left <= DEPENDENT * before;
                parts[j][j] = dependent ? 0 : left;
                for (int i = 0; i < vectors[j].length; i++) {
                    vectors[j][i] = dependent ? 0 : vectors[j][i] / left;
                }
            }
            return parts;
        }

        private static double[] combined(double[][] vectors, double[] parts, double factor) {
            double[] sum = new double[vectors[0].length];
            for (int k = 0; k < vectors.length; k++) {
                add(sum, vectors[k], parts[k] * factor);
            }
            return sum;
        }

        private static void add(double[] to, double[] vector, double factor) {
            for (int i = 0; i < to.length; i++) {
                to[i] += factor * vector[i];
            }
        }

        private static double dot(double[] left, double[] right) {
            double sum = 0;
            for (int i = 0; i < left.length; i++) {
                sum += left[i] * right[i];
            }
            return sum;
        }

        private static double norm(double[] vector) {
            return Math.sqrt(dot(vector, vector));
        }
    }
}
