package quern.actors.fleet;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import quern.actors.House;

/** A loaded model that stays loaded until this is closed. Closing it again changes nothing; safe for any thread. */
public final class ModelHold implements AutoCloseable {

    private final House.Running running;
    private final Runnable then;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ModelHold(House.Running running, Runnable then) {
        this.running = running;
        this.then = then;
    }

    /** @param then told after it was closed. @return empty if the model is being unloaded */
    public static Optional<ModelHold> of(House.Running running, Runnable then) {
        return running.occupancy().enter() ? Optional.of(new ModelHold(running, then)) : Optional.empty();
    }

    public House.Running running() {
        return running;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            running.occupancy().leave();
            then.run();
        }
    }
}
