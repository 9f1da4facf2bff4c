package quern.tuning;

/**
 * Whether loss on samples that are not learnt is measured while a run goes on.
 *
 * @param steps between two measurements, of which the last is behind the run's last step; 0: none
 * @param patience measurements in a row without a better one after which the run ends early; the weights of the best
 *     are then what the run comes to, also where it went on to its end. 0: it never ends early, the last ones are
 * @param examplesMax most examples that are measured on
 */
public record ValidationSettings(int steps, int patience, int examplesMax) {

    public static final ValidationSettings NONE = new ValidationSettings(0, 0, 0);

    boolean wanted() {
        return steps > 0;
    }
}
