package quern.curation.augment;

import java.util.BitSet;
import java.util.SplittableRandom;

/** Which of some places are changed: a share of them, at least one and at most ten. */
final class Picks {

    private static final int MOST = 10;

    private Picks() {}

    static BitSet of(int places, double share, SplittableRandom random) {
        BitSet picked = new BitSet(places);
        int wanted = Math.min(places, Math.clamp(Math.round(places * share), 1, MOST));
        while (picked.cardinality() < wanted) {
            picked.set(random.nextInt(places));
        }
        return picked;
    }
}
