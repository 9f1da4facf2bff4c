package quern.actors.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import quern.actors.House;
import quern.inference.engine.EngineStats;

/** What is loaded, for all who ask. Written by the guardian and the fleet, read by any thread. */
public final class FleetBoard {

    private final Map<String, House.Running> loaded = new ConcurrentSkipListMap<>();
    private volatile Map<String, ModelStatus> statuses = Map.of();
    private EngineStats past = EngineStats.NONE;
    private final AtomicLong budgetBytes = new AtomicLong();
    private final LongAdder loads = new LongAdder();
    private final LongAdder loadNanos = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder unloads = new LongAdder();

    /** Models loaded at the moment, by name. */
    public List<House.Running> loaded() {
        return List.copyOf(loaded.values());
    }

    public Optional<House.Running> loaded(String name) {
        return Optional.ofNullable(loaded.get(name));
    }

    /** Absent for one nobody ever asked for. */
    public Optional<ModelStatus> status(String name) {
        return Optional.ofNullable(statuses.get(name));
    }

    void show(String name, House.Running running) {
        loaded.put(name, running);
    }

    /** What its engine counted is kept. */
    synchronized void hide(String name) {
        House.Running gone = loaded.remove(name);
        if (gone != null) {
            gone.board().stats().ifPresent(stats -> past = past.plus(stats));
        }
    }

    /** Counters of all engines, those of models that were unloaded among them. @param standing of the first one */
    public synchronized List<EngineStats> engines(Optional<EngineStats> standing) {
        List<EngineStats> all = new ArrayList<>(List.of(past));
        standing.ifPresent(all::add);
        loaded.values().forEach(running -> running.board().stats().ifPresent(all::add));
        return all;
    }

    /** All of them at once, so that sums are of one moment. */
    void show(List<ModelStatus> all) {
        statuses = all.stream().collect(Collectors.toUnmodifiableMap(ModelStatus::name, status -> status));
    }

    void budget(long bytes) {
        budgetBytes.set(bytes);
    }

    void counted(long nanos) {
        loads.increment();
        loadNanos.add(nanos);
    }

    void failed() {
        failures.increment();
    }

    void unloaded() {
        unloads.increment();
    }

    /** That all loaded models may take. */
    public long budgetBytes() {
        return budgetBytes.get();
    }

    /** That they take, those being loaded among them. */
    public long bytes() {
        return statuses.values().stream().filter(one -> one.state() == ModelStatus.State.LOADED
                || one.state() == ModelStatus.State.LOADING && one.beganNanos() != 0)
                .mapToLong(ModelStatus::bytes).sum();
    }

    public long loads() {
        return loads.sum();
    }

    public double loadSeconds() {
        return loadNanos.sum() / 1e9;
    }

    public long failures() {
        return failures.sum();
    }

    public long unloads() {
        return unloads.sum();
    }
}
