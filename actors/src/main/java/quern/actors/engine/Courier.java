package quern.actors.engine;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs deliveries in order, one at a time, on threads of others; whoever sends them goes on at once. */
final class Courier {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final Executor executor;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();

    Courier(Executor executor) {
        this.executor = executor;
    }

    /** A delivery that breaks does not keep the next from being run. */
    void send(List<? extends Runnable> deliveries) {
        waiting.addAll(deliveries);
        goOn();
    }

    private void goOn() {
        if (!waiting.isEmpty() && underWay.compareAndSet(false, true)) {
            try {
                executor.execute(this::deliver);
            } catch (RuntimeException | Error refused) {
                underWay.set(false);
                throw refused;
            }
        }
    }

    private void deliver() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            try {
                next.run();
            } catch (RuntimeException | Error failure) {
                LOG.error("a delivery broke", failure);
            }
        }
        underWay.set(false);
        goOn();
    }
}
