package quern.tuning.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PiecePaceTest {

    private final PiecePace pace = new PiecePace(32);

    @Test
    void shouldBeginWithTheSmallestPiece() {
        assertEquals(32, pace.rowsWithin(1_000_000_000));
        assertEquals(0, pace.pieceNanos());
    }

    @Test
    void shouldGrowAsFarAsTimeAllows() {
        pace.took(32, 1000);
        assertEquals(1000, pace.pieceNanos());
        assertEquals(32, pace.rowsWithin(0));
        assertEquals(128, pace.rowsWithin(4000));
        pace.took(128, 1200);
        assertEquals(512, pace.rowsWithin(5000));
        // Counts as 1600 for 128 rows, beside the 1200 before.
        pace.took(192, 2400);
        assertEquals(128, pace.rowsWithin(1400));
        assertEquals(32, pace.rowsWithin(1399));
    }

    /** A machine that stalled once is no reason to take small pieces for ever. */
    @Test
    void shouldTryALargePieceAgainWhenSmallOnesAreFast() {
        pace.took(64, 1000);
        pace.took(128, 1_000_000);
        assertEquals(64, pace.rowsWithin(10_000));
        for (int i = 0; i < 3; i++) {
            pace.took(64, 1000);
        }
        assertTrue(pace.rowsWithin(10_000) >= 128);
    }
}
