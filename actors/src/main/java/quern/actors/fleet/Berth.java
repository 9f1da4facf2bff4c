package quern.actors.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.Cancellable;
import quern.actors.House;
import quern.actors.fleet.ModelFleet.Use;
import quern.kv.journal.ModelRecord;

/** What the fleet knows of one model. Belongs to the fleet's actor. */
final class Berth {

    private static final int DOUBLINGS_MAX = 5;

    enum Phase { ABSENT, WAITING, LOADING, LOADED, UNLOADING, FAILED }

    /** Someone who waits for the model. */
    record Waiter(Use use, Optional<Duration> keepAlive, Consumer<ModelFleet.Reply> then, Cancellable limit) {}

    final ModelRecord record;
    final List<Waiter> waiters = new ArrayList<>();
    final List<Consumer<ModelFleet.UnloadReply>> leaving = new ArrayList<>();
    Phase phase = Phase.ABSENT;
    /** Absent unless loaded or being unloaded. */
    Optional<House.Running> running = Optional.empty();
    long bytes;
    /** Grows with each use of any model. */
    long lastUse;
    int jobs;
    /** Another model gets its room as soon as nobody uses it. */
    boolean drained;
    Duration keepAlive;
    Cancellable idle = Cancellable.alreadyCancelled();
    long beganNanos;
    long expectedNanos;
    String stage = "";
    int failures;
    long retryNanos;
    OptionalLong untilMs = OptionalLong.empty();

    Berth(ModelRecord record, long bytes, Duration keepAlive) {
        this.record = record;
        this.bytes = bytes;
        this.keepAlive = keepAlive;
    }

    String name() {
        return record.name();
    }

    int users() {
        return running.map(loaded -> loaded.occupancy().users()).orElse(0);
    }

    private String atWork() {
        int requests = users() - jobs;
        return "model '" + name() + "' is at work for " + (jobs == 0 ? "" : jobs == 1 ? "a job" : jobs + " jobs")
                + (jobs > 0 && requests > 0 ? " and " : "")
                + (requests == 1 ? "a request" : requests == 0 ? "" : requests + " requests");
    }

    /** Tells who asked for it to go that it does not. */
    void stay() {
        if (phase != Phase.LOADED) {
            return;
        }
        leaving.forEach(then -> then.accept(new ModelFleet.InUse(atWork())));
        leaving.clear();
    }

    void waitOver(Consumer<ModelFleet.Reply> asked, Iterable<Berth> queue) {
        waiters.removeIf(waiter -> {
            boolean found = waiter.then() == asked;
            if (found) {
                asked.accept(loading(queue));
            }
            return found;
        });
    }

    void wait(long newBytes, long nanos) {
        phase = Phase.WAITING;
        stage = "waits for its turn";
        bytes = newBytes;
        expectedNanos = nanos;
    }

    void begin(long nowNanos) {
        phase = Phase.LOADING;
        stage = "";
        beganNanos = nowNanos;
    }

    void loaded(House.Running loaded, long use) {
        running = Optional.of(loaded);
        phase = Phase.LOADED;
        stage = "";
        failures = 0;
        lastUse = use;
        bytes = loaded.parts().memoryBytes();
    }

    void taken(long use, Use of, Duration then) {
        idle.cancel();
        untilMs = OptionalLong.empty();
        lastUse = use;
        jobs += of == Use.JOB ? 1 : 0;
        keepAlive = then;
    }

    void released(long use, Use of) {
        jobs -= of == Use.JOB ? 1 : 0;
        lastUse = use;
    }

    /** @param pause after the first failure in a row. @return nanoseconds before it is tried again */
    long failed(Throwable cause, Duration pause) {
        long nanos = pause.toNanos() << Math.min(failures++, DOUBLINGS_MAX);
        phase = Phase.FAILED;
        stage = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        retryNanos = System.nanoTime() + nanos;
        untilMs = OptionalLong.of(System.currentTimeMillis() + nanos / 1_000_000);
        return nanos;
    }

    void gone() {
        running = Optional.empty();
        phase = Phase.ABSENT;
        drained = false;
        jobs = 0;
        leaving.forEach(then -> then.accept(new ModelFleet.Unloaded(name())));
        leaving.clear();
    }

    void refuse(ModelFleet.Reply reply) {
        waiters.forEach(waiter -> {
            waiter.limit().cancel();
            waiter.then().accept(reply);
        });
        waiters.clear();
    }

    /** What someone is told who does not wait any longer. @param queue of those to be loaded, this may be among them */
    ModelFleet.Loading loading(Iterable<Berth> queue) {
        long nanos = expectedNanos;
        if (phase == Phase.LOADING) {
            nanos -= System.nanoTime() - beganNanos;
        } else {
            for (Berth ahead : queue) {
                if (ahead == this) {
                    break;
                }
                nanos += ahead.expectedNanos;
            }
        }
        return new ModelFleet.Loading("model '" + name() + "' is loading" + (stage.isEmpty() ? "" : ": " + stage),
                seconds(Math.max(0, nanos)));
    }

    /** Whole seconds, rounded up, at least one. */
    static int seconds(long nanos) {
        return (int) Math.max(1, Math.ceilDiv(nanos, 1_000_000_000L));
    }

    ModelBudget.Loaded counted() {
        return new ModelBudget.Loaded(name(), bytes, lastUse, users(), jobs > 0);
    }

    ModelStatus status() {
        return switch (phase) {
            case ABSENT -> ModelStatus.available(name(), bytes);
            case WAITING -> new ModelStatus(
                    name(), ModelStatus.State.LOADING, bytes, stage, 0, expectedNanos, OptionalLong.empty());
            case LOADING -> new ModelStatus(
                    name(), ModelStatus.State.LOADING, bytes, stage, beganNanos, expectedNanos, OptionalLong.empty());
            // Its memory is in use until it is gone.
            case LOADED, UNLOADING -> new ModelStatus(name(), ModelStatus.State.LOADED, bytes,
                    phase == Phase.UNLOADING ? "is being unloaded" : "", 0, 0, untilMs);
            case FAILED -> new ModelStatus(name(), ModelStatus.State.FAILED, bytes, stage, 0, 0, untilMs);
        };
    }
}
