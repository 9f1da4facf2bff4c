package quern.kv;

/**
 * What reading every block of a tier found.
 *
 * @param blocks read
 * @param damaged among them, dropped
 */
public record TierCheck(long blocks, long damaged) {

    /** Told how far a check is. */
    @FunctionalInterface
    public interface Progress {

        /** @return whether to go on */
        boolean done(long blocks, long of);
    }
}
