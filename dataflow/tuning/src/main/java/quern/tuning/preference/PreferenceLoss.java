package quern.tuning.preference;

/**
 * The loss of a pair of answers to one question, {@code -log sigmoid(margin - gamma)}, the margin being the reward of
 * the chosen answer less that of the rejected one. With L the sum of an answer's log-probabilities:
 * <ul>
 *   <li>{@link Kind#DPO}: the reward is {@code beta (L - L_base)}, gamma 0 (Rafailov et al., Direct Preference
 *       Optimization, arXiv 2305.18290);
 *   <li>{@link Kind#SIMPO}: the reward is {@code beta L / tokens}, without a base (Meng et al., SimPO: Simple
 *       Preference Optimization with a Reference-Free Reward, arXiv 2405.14734). Gamma is subtracted as it is.
 * </ul>
 *
 * @param beta how much a nat is worth
 * @param gamma what the margin is to exceed; 0 for DPO
 */
public record PreferenceLoss(Kind kind, double beta, double gamma) {

    /** What an answer's reward is. */
    public enum Kind { DPO, SIMPO }

    public PreferenceLoss {
        if (!(beta > 0) || !(gamma >= 0) || kind == Kind.DPO && gamma != 0) {
            throw new IllegalArgumentException(kind + " with beta " + beta + ", gamma " + gamma
                    + ", expected beta above 0, gamma at least 0, and 0 for DPO");
        }
    }

    public static PreferenceLoss dpo(double beta) {
        return new PreferenceLoss(Kind.DPO, beta, 0);
    }

    public static PreferenceLoss simpo(double beta, double gamma) {
        return new PreferenceLoss(Kind.SIMPO, beta, gamma);
    }

    /** Whether rewards are against the base. */
    public boolean needsBase() {
        return kind == Kind.DPO;
    }

    /**
     * @param nats sum of the losses of the answer's tokens
     * @param baseNats the same of the base; of no account where none is needed
     * @param tokens of the answer
     */
    public double reward(double nats, double baseNats, int tokens) {
        return kind == Kind.DPO ? beta * (baseNats - nats) : -perNat(tokens) * nats;
    }

    /** By how much a nat less of an answer raises its reward. */
    public double perNat(int tokens) {
        return kind == Kind.DPO ? beta : beta / tokens;
    }

    public double loss(double margin) {
        double behind = gamma - margin;
        return Math.max(behind, 0) + Math.log1p(Math.exp(-Math.abs(behind)));
    }

    /** NaN if there are none. */
    public double mean(double[] margins) {
        double sum = 0;
        for (double margin : margins) {
            sum += loss(margin);
        }
        return sum / margins.length;
    }

    /** By how much a higher margin lowers the loss. */
    public double slope(double margin) {
        return 1 / (1 + Math.exp(margin - gamma));
    }
}
