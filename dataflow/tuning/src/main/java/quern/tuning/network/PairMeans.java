package quern.tuning.network;

/**
 * What the pairs of a step or of an evaluation came to.
 *
 * @param pairs how many
 * @param margin by which the reward of the chosen answer exceeds the rejected one's, in the mean
 * @param accuracy share of the pairs whose chosen answer has the higher reward; equal ones count half
 */
public record PairMeans(int pairs, double margin, double accuracy) {

    /** @param margins of all pairs */
    public static PairMeans of(double[] margins) {
        double sum = 0;
        double preferred = 0;
        for (double margin : margins) {
            sum += margin;
            preferred += margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
        }
        return new PairMeans(margins.length, sum / margins.length, preferred / margins.length);
    }
}
