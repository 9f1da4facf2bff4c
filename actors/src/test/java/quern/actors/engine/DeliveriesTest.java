package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import quern.config.QuernException;
import quern.inference.engine.EngineEvent;

class DeliveriesTest {

    private static final long MS = 1_000_000;

    private final Queue<Runnable> errands = new ArrayDeque<>();
    private final Deliveries deliveries = new Deliveries(new Courier(errands::add));
    private final List<List<List<EngineEvent>>> told = new ArrayList<>();

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            List<List<EngineEvent>> hears = new ArrayList<>();
            told.add(hears);
            deliveries.open(i, hears::add);
        }
    }

    private static EngineEvent.TokenProduced token(long sequence, int token) {
        return new EngineEvent.TokenProduced(sequence, token, "t" + token, Optional.empty());
    }

    private static EngineEvent.Failed failed(long sequence) {
        return new EngineEvent.Failed(sequence, new QuernException(QuernException.Category.ERROR, "broken"));
    }

    /** What a sequence is told until now and was not asked for before. */
    private List<List<EngineEvent>> heard(int sequence) {
        while (!errands.isEmpty()) {
            errands.remove().run();
        }
        List<List<EngineEvent>> heard = List.copyOf(told.get(sequence));
        told.get(sequence).clear();
        return heard;
    }

    /** A token for each sequence, then the end of the step. */
    private void step(int count, int token, long nowNs) {
        for (int i = 0; i < count; i++) {
            deliveries.tell(token(i, token));
        }
        deliveries.stepEnded(nowNs, false);
    }

    @Test
    void shouldDeliverEveryStepWhenStreamsAreFew() {
        open(4);
        for (int token = 0; token < 3; token++) {
            step(4, token, token * MS);
            assertEquals(List.of(List.of(token(2, token))), heard(2));
        }
    }

    @Test
    void shouldDeliverTokensTogetherWhenStreamsAreManyAndFast() {
        open(64);
        step(64, 0, 1000 * MS);
        assertEquals(List.of(List.of(token(5, 0))), heard(5));
        step(64, 1, 1005 * MS);
        step(64, 2, 1010 * MS);
        step(64, 3, 1015 * MS);
        assertEquals(List.of(), heard(5));
        for (int token = 4; token < 14; token++) {
            step(64, token, (1000 + 5 * token) * MS);
        }
        List<EngineEvent> together = new ArrayList<>();
        for (int token = 1; token < 13; token++) {
            together.add(token(5, token));
        }
        assertEquals(List.of(together), heard(5));
    }

    @Test
    void shouldNotWaitWhenAStepTakesLonger() {
        open(64);
        for (int token = 0; token < 4; token++) {
            step(64, token, (1000 + 45 * token) * MS);
            assertEquals(List.of(List.of(token(63, token))), heard(63));
        }
    }

    @Test
    void shouldDeliverWhatWaitsBeforeTheEndAndNothingBehind() {
        open(64);
        step(64, 0, 1000 * MS);
        step(64, 1, 1001 * MS);
        step(64, 2, 1002 * MS);
        assertEquals(List.of(List.of(token(7, 0))), heard(7));
        EngineEvent.Failed end = failed(7);
        deliveries.tell(end);
        deliveries.send();
        assertEquals(List.of(List.of(token(7, 1), token(7, 2), end)), heard(7));
        deliveries.tell(token(7, 3));
        deliveries.tell(failed(7));
        deliveries.stepEnded(5000 * MS, true);
        assertEquals(List.of(), heard(7));
        assertEquals(63, deliveries.sequences().size());
    }

    @Test
    void shouldDeliverWhatWaitsWhenNoStepFollows() {
        open(64);
        step(64, 0, 1000 * MS);
        step(64, 1, 1001 * MS);
        deliveries.stepEnded(1002 * MS, true);
        assertEquals(List.of(List.of(token(0, 0)), List.of(token(0, 1))), heard(0));
    }

    @Test
    void shouldSendOneErrandForAStepOfAllStreams() {
        open(64);
        step(64, 0, 1000 * MS);
        assertEquals(1, errands.size());
        for (int i = 0; i < 64; i++) {
            assertEquals(1, heard(i).size());
        }
        assertTrue(errands.isEmpty());
    }

    @Test
    void shouldGoOnToTheNextWhenAListenerBreaks() {
        deliveries.open(100, events -> {
            throw new IllegalStateException("as asked");
        });
        open(2);
        deliveries.tell(token(100, 0));
        step(2, 0, MS);
        assertEquals(1, heard(0).size());
        step(2, 1, 2 * MS);
        assertEquals(List.of(List.of(token(1, 0)), List.of(token(1, 1))), heard(1));
    }
}
