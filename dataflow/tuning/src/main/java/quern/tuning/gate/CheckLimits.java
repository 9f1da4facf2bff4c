package quern.tuning.gate;

/**
 * How many checks must hold.
 *
 * @param shareMin least share of all that must pass
 * @param lostMax most that the base passes and the adapter fails
 */
public record CheckLimits(double shareMin, int lostMax) {

    /** All but a tenth, and none that the base passes is lost. */
    public static final CheckLimits DEFAULT = new CheckLimits(0.9, 0);
}
