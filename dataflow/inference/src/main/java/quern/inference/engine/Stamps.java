package quern.inference.engine;

import java.util.function.LongSupplier;

/** Notes on each sequence when what happens to it, all by one clock, and tells the observer. */
final class Stamps {

    /** What is noted on one sequence. */
    static final class Card {

        private long queued = SequenceTimes.NEVER;
        private long scheduled = SequenceTimes.NEVER;
        private long firstToken = SequenceTimes.NEVER;
        private long lastToken = SequenceTimes.NEVER;
        private int preemptions;

        SequenceTimes times() {
            return new SequenceTimes(queued, scheduled, firstToken, lastToken, preemptions);
        }
    }

    private final LongSupplier nanoClock;
    private EngineObserver observer = EngineObserver.NONE;

    Stamps(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void tell(EngineObserver newObserver) {
        observer = newObserver;
    }

    void queued(Sequence sequence) {
        sequence.card.queued = nanoClock.getAsLong();
    }

    void scheduled(Sequence sequence) {
        if (sequence.card.scheduled == SequenceTimes.NEVER) {
            sequence.card.scheduled = nanoClock.getAsLong();
        }
    }

    void preempted(Sequence sequence) {
        sequence.card.preemptions++;
    }

    void produced(Sequence sequence) {
        Card card = sequence.card;
        long now = nanoClock.getAsLong();
        if (card.firstToken == SequenceTimes.NEVER) {
            card.firstToken = now;
        } else {
            observer.produced(now - card.lastToken);
        }
        card.lastToken = now;
    }

    void ended(Sequence sequence) {
        observer.ended(sequence.card.times());
    }

    void stepped(int rows) {
        observer.stepped(rows);
    }
}
