package quern.curation.dedup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import quern.curation.Deduplicator.Admission;

/** Golden values computed by running Data-Juicer 1.4.3. */
class MinHashTest {

    @Test
    void shouldDrawTheReferencePermutationsWhenSeeded() {
        Permutations permutations = new Permutations(256);
        assertEquals(2297359619001564596L, permutations.a[0]);
        assertEquals(1396682528897996046L, permutations.b[0]);
        assertEquals(1973689801170867272L, permutations.a[1]);
        assertEquals(2092141031243851673L, permutations.a[255]);
        assertEquals(797693216700694537L, permutations.b[255]);
    }

    @Test
    void shouldChooseTheReferenceBandsWhenThresholdAndPermutationsAreGiven() {
        assertEquals(new Bands(25, 10), Bands.optimal(0.7, 256));
        assertEquals(new Bands(14, 9), Bands.optimal(0.7, 128));
        assertEquals(new Bands(17, 15), Bands.optimal(0.8, 256));
        assertEquals(new Bands(9, 13), Bands.optimal(0.8, 128));
        assertEquals(new Bands(42, 6), Bands.optimal(0.5, 256));
        assertEquals(new Bands(25, 5), Bands.optimal(0.5, 128));
        assertEquals(new Bands(9, 28), Bands.optimal(0.9, 256));
    }

    @Test
    void shouldGiveTheLeastPermutedHashesWhenTextHasShingles() {
        var shingles = new Shingles(Shingles.Tokens.SPACE, 1, true, null);
        var minHash = new MinHashDeduplicator("text", shingles, new Bands(25, 10), Admission.KEEP);
        long[] values = minHash.values("a");
        assertEquals(0x8d6a8d46L, values[0]);
        assertEquals(0x0741c1c8L, values[1]);
        assertEquals(0xbfb67ab6L, values[2]);
    }
}
