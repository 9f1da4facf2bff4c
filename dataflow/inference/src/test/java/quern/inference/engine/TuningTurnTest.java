package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.inference.StepWork;
import quern.inference.TinyModel;
import quern.inference.sampling.SamplingParameters;

class TuningTurnTest {

    private static final long MILLI = 1_000_000;

    private long nanos;

    /** Pieces of a fixed size that take a fixed time per token. */
    private final class Pieces implements StepWork {
        private final int pieceTokens;
        private final long nanosPerToken;
        private int left;
        private final List<List<Long>> asked = new ArrayList<>();

        Pieces(int pieces, int pieceTokens, long nanosPerToken) {
            this.left = pieces;
            this.pieceTokens = pieceTokens;
            this.nanosPerToken = nanosPerToken;
        }

        @Override
        public int slice(int tokensMax, long nanosMax) {
            asked.add(List.of((long) tokensMax, nanosMax));
            int used = 0;
            while (left > 0 && (used == 0
                    || used + pieceTokens <= tokensMax && (used + pieceTokens) * nanosPerToken <= nanosMax)) {
                used += pieceTokens;
                left--;
            }
            nanos += used * nanosPerToken;
            return used;
        }

        @Override
        public long pieceNanos() {
            return pieceTokens * nanosPerToken;
        }

        @Override
        public boolean done() {
            return left == 0;
        }
    }

    private final TuningTurn turn = new TuningTurn(64, 50 * MILLI, 0.1);
    private final List<EngineEvent> events = new ArrayList<>();

    private int take(int rows, long spentNanos, boolean busy) {
        return turn.take(rows, spentNanos, busy, events);
    }

    @Test
    void shouldGiveAWholeStepWhenNoRequestRuns() {
        Pieces work = new Pieces(100, 8, 1000);
        turn.attach(work);
        assertEquals(64, take(0, 0, false));
        assertEquals(List.of(List.of(64L, 50 * MILLI)), work.asked);
    }

    private int take(int steps, int rows, long spentNanos) {
        int used = 0;
        for (int i = 0; i < steps; i++) {
            used += take(rows, spentNanos, true);
        }
        return used;
    }

    @Test
    void shouldTakeItsShareEverySoManyStepsWhenRequestsRun() {
        Pieces work = new Pieces(100, 1, MILLI);
        turn.attach(work);
        assertEquals(0, take(24, 10, 8 * MILLI));
        assertEquals(20, take(1, 10, 8 * MILLI));
        assertEquals(0, take(24, 10, 16 * MILLI));
        assertEquals(34, take(1, 10, 16 * MILLI));
        assertEquals(0, take(24, 60, 8 * MILLI));
        assertEquals(4, take(1, 60, 8 * MILLI));
        assertEquals(3, work.asked.size());
    }

    /** With any load, few steps take longer for the work, none beyond the target unless by one piece and rarely. */
    @Test
    void shouldNeverHoldUpAStepLongerThanItsTarget() {
        SplittableRandom random = new SplittableRandom(5);
        Pieces work = new Pieces(100_000, 8, MILLI);
        turn.attach(work);
        int longer = 0;
        int late = 0;
        int requests = 0;
        for (int step = 0; step < 5000; step++) {
            long spent = random.nextLong(70 * MILLI);
            boolean busy = random.nextInt(10) > 0;
            long before = nanos;
            take(random.nextInt(70), busy ? spent : 0, busy);
            long took = nanos - before;
            requests += busy ? 1 : 0;
            longer += busy && took > 0 ? 1 : 0;
            if (took > 0 && busy && spent + took > 50 * MILLI) {
                late++;
                assertEquals(work.pieceNanos(), took);
            }
            assertTrue(took <= 50 * MILLI, took + " ns");
        }
        assertTrue(longer > 0 && longer <= requests / 25, longer + " of " + requests);
        assertTrue(late <= requests / 51, late + " late steps");
    }

    @Test
    void shouldGetAPieceNowAndThenWhenRequestsTakeAllTheTime() {
        Pieces work = new Pieces(100, 8, MILLI);
        turn.attach(work);
        assertEquals(0, take(50, 60, 60 * MILLI));
        assertEquals(8, take(1, 60, 60 * MILLI));
        assertEquals(8, take(51, 60, 60 * MILLI));
        assertEquals(List.of(1L, 0L), work.asked.getFirst());
    }

    @Test
    void shouldSayWhenWorkIsDoneOrBroken() {
        Pieces work = new Pieces(1, 8, 1000);
        turn.attach(work);
        assertThrows(IllegalStateException.class, () -> turn.attach(new Pieces(1, 1, 1)));
        take(0, 0, false);
        assertEquals(List.of(new EngineEvent.WorkEnded(work, Optional.empty())), events);
        assertTrue(!turn.attached());
        events.clear();
        StepWork broken = new StepWork() {
            @Override
            public int slice(int tokensMax, long nanosMax) {
                throw new IllegalStateException("no more memory");
            }

            @Override
            public boolean done() {
                return false;
            }
        };
        turn.attach(broken);
        assertEquals(0, take(0, 0, false));
        EngineEvent.WorkEnded ended = (EngineEvent.WorkEnded) events.getFirst();
        assertTrue(ended.failure().orElseThrow().getMessage().contains("no more memory"));
        assertTrue(!turn.attached());
    }

    @Test
    void shouldLeaveAnswersAsTheyAreWhenTuningSharesTheSteps() {
        TinyModel model = TinyModel.llama(7);
        SequenceRequest request =
                SequenceRequest.of(1, new int[] {1, 2, 3, 4, 5}, SamplingParameters.plain(4, 20).withLogprobs(1));
        EngineRun run = new EngineRun(model, Product.F32, 16, 8, EngineRun.config(64, 2));
        Pieces work = new Pieces(500, 8, 1000);
        run.loop.attach(work);
        run.submit(request);
        run.finish();
        assertEquals(EngineRun.alone(model, Product.F32, request).logprobs, run.answer(1).logprobs);
        assertEquals(1, run.workEnded.size());
        assertEquals(4000, run.loop.stats().tuningTokens());
        assertTrue(!run.loop.detach(work));
        run.loop.attach(work);
        assertTrue(run.loop.detach(work));
        assertTrue(!run.loop.hasWork());
    }
}
