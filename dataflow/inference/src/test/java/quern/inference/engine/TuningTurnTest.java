package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        private final List<Integer> asked = new ArrayList<>();

        Pieces(int pieces, int pieceTokens, long nanosPerToken) {
            this.left = pieces;
            this.pieceTokens = pieceTokens;
            this.nanosPerToken = nanosPerToken;
        }

        @Override
        public int slice(int tokensMax) {
            asked.add(tokensMax);
            int used = 0;
            while (left > 0 && used + pieceTokens <= tokensMax) {
                used += pieceTokens;
                left--;
            }
            nanos += used * nanosPerToken;
            return used;
        }

        @Override
        public boolean done() {
            return left == 0;
        }
    }

    private final TuningTurn turn = new TuningTurn(64, 8, 50 * MILLI);
    private final List<EngineEvent> events = new ArrayList<>();

    private int take(int rows, long spentNanos, boolean busy) {
        return turn.take(rows, spentNanos, busy, () -> nanos, events);
    }

    @Test
    void shouldGiveTheWholeBudgetWhenNoRequestRuns() {
        Pieces work = new Pieces(100, 8, 1000);
        turn.attach(work);
        assertEquals(64, take(0, 0, false));
        assertEquals(List.of(64), work.asked);
    }

    @Test
    void shouldFillOnlyTheTimeThatIsLeftWhenRequestsRun() {
        Pieces work = new Pieces(100, 1, MILLI);
        turn.attach(work);
        assertEquals(8, take(10, 0, true));
        assertEquals(20, take(10, 30 * MILLI, true));
        assertEquals(10, take(54, 0, true));
        assertEquals(0, take(10, 50 * MILLI, true));
        assertEquals(List.of(8, 20, 10), work.asked);
    }

    @Test
    void shouldGetABlockNowAndThenWhenRequestsTakeAllTheTime() {
        Pieces work = new Pieces(100, 8, MILLI);
        turn.attach(work);
        int used = 0;
        for (int step = 0; step < 100; step++) {
            used += take(60, 60 * MILLI, true);
        }
        assertEquals(3 * 8, used);
    }

    @Test
    void shouldMoveWhenTheSmallestPieceIsLargerThanAStep() {
        Pieces work = new Pieces(2, 200, 1000);
        turn.attach(work);
        assertEquals(200, take(0, 0, false));
        assertEquals(List.of(64, 128, 256), work.asked);
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
            public int slice(int tokensMax) {
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
