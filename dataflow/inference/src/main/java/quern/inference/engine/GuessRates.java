package quern.inference.engine;

import java.util.Arrays;

/** How often guesses were right, over all sequences: what a new one may hope for. */
final class GuessRates {

    /** Before anything was judged: the longer the run that was found again, the likelier it goes on alike. */
    private static final double[] HOPES = {0.6, 0.4, 0.2};
    private static final double HOPE_WEIGHT = 20;
    private static final double MEMORY = 500;

    private final HitRate[] rates = new HitRate[NgramIndex.LENGTHS.length];

    GuessRates() {
        Arrays.setAll(rates, i -> new HitRate(MEMORY));
    }

    /** @param kind index of the length of the run that was found, in {@link NgramIndex#LENGTHS} */
    void record(int kind, boolean right) {
        rates[kind].record(right);
    }

    double share(int kind) {
        return rates[kind].share(HOPES[kind], HOPE_WEIGHT);
    }
}
