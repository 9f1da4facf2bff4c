package quern.actors.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineEvent.Terminal;
import quern.inference.engine.EngineEvent.TokenProduced;

/**
 * Who hears of which sequence, and when. A step's news leaves together, so that the engine's thread wakes others at
 * most once a step. What a delivery costs on its way to a socket is the same for one token and for ten, and with many
 * fast streams it would cost as much as the tokens: so there are at most {@value #PER_SECOND} a second. Tokens wait,
 * for {@value #WAIT_MS_MAX} ms at most and not for a step that takes longer than that. The first token of an answer
 * never waits, nor does any while there are few streams.
 */
final class Deliveries {

    private static final int STREAMS_AT_ONCE = 4;
    private static final int PER_SECOND = 1000;
    private static final int WAIT_MS_MAX = 64;

    private static final class Receiver {
        private final EngineListener listener;
        private List<EngineEvent> held = new ArrayList<>();
        private boolean begun;

        Receiver(EngineListener listener) {
            this.listener = listener;
        }
    }

    private record Parcel(EngineListener listener, List<EngineEvent> events) implements Runnable {

        @Override
        public void run() {
            listener.tell(events);
        }
    }

    private final Courier courier;
    private final Map<Long, Receiver> receivers = new HashMap<>();
    private List<Parcel> parcels = new ArrayList<>();
    /** Receivers that have begun. */
    private int streams;
    private long emptiedNs;
    private long stepEndedNs;

    Deliveries(Courier courier) {
        this.courier = courier;
    }

    /** @param listener hears of this sequence until its terminal event */
    void open(long sequenceId, EngineListener listener) {
        receivers.put(sequenceId, new Receiver(listener));
    }

    Set<Long> sequences() {
        return Set.copyOf(receivers.keySet());
    }

    void tell(TokenProduced token) {
        Receiver receiver = receivers.get(token.sequenceId());
        if (receiver != null) {
            receiver.held.add(token);
            if (!receiver.begun) {
                receiver.begun = true;
                streams++;
                pack(receiver);
            }
        }
    }

    void tell(Terminal terminal) {
        Receiver receiver = receivers.remove(terminal.sequenceId());
        if (receiver != null) {
            streams -= receiver.begun ? 1 : 0;
            receiver.held.add(terminal);
            pack(receiver);
        }
    }

    /**
     * Sends what may leave, and what waits if it is time.
     *
     * @param last whether no step follows at once
     */
    void stepEnded(long nowNs, boolean last) {
        long waitNs = streams <= STREAMS_AT_ONCE ? 0
                : Math.min(WAIT_MS_MAX * 1_000_000L, streams * 1_000_000_000L / PER_SECOND);
        long nextStepNs = nowNs - stepEndedNs;
        stepEndedNs = nowNs;
        if (last || nowNs - emptiedNs + nextStepNs >= waitNs) {
            receivers.values().forEach(this::pack);
            emptiedNs = nowNs;
        }
        send();
    }

    /** Sends what may leave. */
    void send() {
        if (!parcels.isEmpty()) {
            List<Parcel> sent = parcels;
            parcels = new ArrayList<>();
            courier.send(sent);
        }
    }

    private void pack(Receiver receiver) {
        if (!receiver.held.isEmpty()) {
            parcels.add(new Parcel(receiver.listener, receiver.held));
            receiver.held = new ArrayList<>();
        }
    }
}
