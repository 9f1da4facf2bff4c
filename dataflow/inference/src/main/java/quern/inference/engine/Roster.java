package quern.inference.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import quern.config.EngineConfig;
import quern.inference.LoadedAdapter;
import quern.inference.cache.Admission;
import quern.inference.cache.BlockLoad;
import quern.inference.cache.KvBlocks;
import quern.inference.cache.SavedBlocks;
import quern.inference.encoder.PooledRow;

/**
 * The sequences a loop knows: those that wait for room, those that wait for tier reads, those that run. Each has a rank
 * that never changes: its arrival, later by one patience for each tier below the first. So a more urgent one goes
 * first, but only before those that have not waited a patience longer, and nobody starves.
 */
final class Roster {

    private static final Comparator<Sequence> RANK = Comparator
            .<Sequence>comparingLong(sequence -> sequence.rankNanos).thenComparingLong(sequence -> sequence.arrival);

    private final KvBlocks blocks;
    private final StepCounters counters;
    private final Stamps stamps;
    private final int runningMax;
    private final long patienceNanos;
    private final long epochNanos;

    private final Map<Long, Sequence> live = new HashMap<>();
    private final TreeSet<Sequence> waiting = new TreeSet<>(RANK);
    private final TreeSet<Sequence> running = new TreeSet<>(RANK);
    private final Map<Long, Sequence> loading = new HashMap<>();
    private final TreeSet<Sequence> hurried = new TreeSet<>(Comparator
            .<Sequence>comparingLong(sequence -> sequence.dueNanos).thenComparingLong(sequence -> sequence.arrival));
    private final Map<BlockLoad, Sequence> unanswered = new IdentityHashMap<>();
    private final List<BlockLoad> loadsToTake = new ArrayList<>();

    /** @param epochNanos a time before all others */
    Roster(KvBlocks blocks, StepCounters counters, Stamps stamps, EngineConfig config, long epochNanos) {
        this.blocks = blocks;
        this.counters = counters;
        this.stamps = stamps;
        this.runningMax = config.sequencesMax();
        this.patienceNanos = config.scheduling().tierPatience().toNanos();
        this.epochNanos = epochNanos;
    }

    /** Whether the id is in use, be it only by reads that are under way. */
    boolean knows(long id) {
        return live.containsKey(id) || loading.containsKey(id);
    }

    Optional<Sequence> find(long id) {
        return Optional.ofNullable(live.get(id));
    }

    /** Whether the sequence has not ended. */
    boolean holds(Sequence sequence) {
        return live.get(sequence.id()) == sequence;
    }

    List<Sequence> all() {
        return List.copyOf(live.values());
    }

    /** Most urgent first. */
    List<Sequence> running() {
        return List.copyOf(running);
    }

    /** Running sequences that are past their prompts. */
    int streams() {
        return (int) running.stream().filter(sequence -> sequence.pending() == 1).count();
    }

    int runningCount() {
        return running.size();
    }

    int waitingCount() {
        return waiting.size();
    }

    int loadingCount() {
        return loading.size();
    }

    /** Takes a sequence in; it waits. */
    void add(Sequence sequence, long nowNanos) {
        sequence.rankNanos = nowNanos - epochNanos + sequence.tier().ordinal() * patienceNanos;
        open(sequence);
        live.put(sequence.id(), sequence);
        waiting.add(sequence);
        OptionalLong deadline = sequence.request.terms().deadlineNanos();
        if (deadline.isPresent()) {
            sequence.dueNanos = deadline.getAsLong() - epochNanos;
            hurried.add(sequence);
        }
    }

    private void open(Sequence sequence) {
        String adapter = sequence.adapter.map(LoadedAdapter::fingerprint).orElse("");
        sequence.table = sequence.request.readsOnly()
                ? blocks.openAlone()
                : blocks.open(adapter, sequence.request.cache(), sequence.request.retain());
    }

    /**
     * Admits from the front as long as there is room; blocks for the whole prompt are taken at once. A sequence whose
     * prompt another one is computing is passed over until it can take it from there (BatchLLM, arXiv 2412.03594).
     *
     * @return sequences admitted
     */
    int admit() {
        int admitted = 0;
        for (Sequence sequence : List.copyOf(waiting)) {
            if (running.size() + loading.size() >= runningMax && !makeSeat(sequence)) {
                break;
            }
            Admission admission = ask(sequence);
            if (admission instanceof Admission.NoRoom(int missingBlocks) && makeRoom(sequence, missingBlocks)) {
                admission = ask(sequence);
            }
            switch (admission) {
                case Admission.Admitted(List<BlockLoad> loads) -> {
                    enter(sequence, loads);
                    admitted++;
                }
                case Admission.Awaiting awaiting -> { }
                case Admission.NoRoom noRoom -> {
                    return admitted;
                }
            }
        }
        return admitted;
    }

    private Admission ask(Sequence sequence) {
        return blocks.admit(sequence.id(), sequence.table, sequence.tokens(), sequence.count());
    }

    private boolean makeSeat(Sequence sequence) {
        List<Sequence> victims = victims(sequence);
        victims.stream().limit(1).forEach(this::preempt);
        return !victims.isEmpty();
    }

    /** Whether anybody made room; not always enough, for what was shared stays in use. */
    private boolean makeRoom(Sequence sequence, int missingBlocks) {
        List<Sequence> victims = victims(sequence);
        if (victims.stream().mapToInt(victim -> victim.table.size()).sum() < missingBlocks) {
            return false;
        }
        int wanted = blocks.available() + missingBlocks;
        for (Sequence victim : victims) {
            if (blocks.available() < wanted) {
                preempt(victim);
            }
        }
        return true;
    }

    /** Flexible ones that run and have to let this one go first, the least urgent first. */
    private List<Sequence> victims(Sequence sequence) {
        return sequence.tier() != ServiceTier.PRIORITY ? List.of()
                : running.tailSet(sequence, false).descendingSet().stream()
                        .filter(other -> other.tier() == ServiceTier.FLEX).toList();
    }

    private void enter(Sequence sequence, List<BlockLoad> loads) {
        waiting.remove(sequence);
        if (loads.isEmpty()) {
            begin(sequence);
        } else {
            loading.put(sequence.id(), sequence);
            loads.forEach(load -> unanswered.put(load, sequence));
            loadsToTake.addAll(loads);
        }
    }

    private void begin(Sequence sequence) {
        int found = sequence.table.computed();
        int copied = sequence.saved.map(saved -> blocks.restore(sequence.table, saved)).orElse(0);
        drop(sequence);
        copied += copied == 0 ? blocks.fork(sequence.table, sequence.tokens(), sequence.count()) : 0;
        sequence.computed = sequence.table.computed();
        counters.began(sequence, found, copied);
        sequence.lostTokens = 0;
        if (sequence.cachedTokens < 0) {
            sequence.cachedTokens = sequence.computed;
        }
        blocks.reserve(sequence.table, sequence.count());
        stamps.scheduled(sequence);
        running.add(sequence);
    }

    private void drop(Sequence sequence) {
        sequence.saved.ifPresent(blocks::drop);
        sequence.saved = Optional.empty();
    }

    /** Gives each sequence the blocks for its tokens; the least urgent gives its own back where there are none left. */
    void grow() {
        for (Sequence sequence : List.copyOf(running)) {
            while (running.contains(sequence) && !blocks.reserve(sequence.table, sequence.count())) {
                preempt(running.last());
            }
        }
    }

    /** Sealed blocks stay findable; of the others copies are kept, as far as there is memory for them. */
    private void preempt(Sequence sequence) {
        running.remove(sequence);
        sequence.lostTokens = sequence.computed;
        Optional<SavedBlocks> none = Optional.empty();
        sequence.saved = sequence.request.readsOnly() ? none : blocks.save(sequence.table, sequence.computed);
        blocks.close(sequence.table);
        open(sequence);
        sequence.computed = 0;
        sequence.pooled.ifPresent(PooledRow::clear);
        sequence.scored.clear();
        waiting.add(sequence);
        counters.preemptions++;
        stamps.preempted(sequence);
    }

    List<BlockLoad> takeLoads() {
        List<BlockLoad> taken = List.copyOf(loadsToTake);
        loadsToTake.clear();
        return taken;
    }

    void loaded(BlockLoad load, boolean found) {
        Sequence sequence = unanswered.remove(load);
        if (sequence == null) {
            throw new IllegalArgumentException(
                    "load of block " + load.index() + " of sequence " + load.sequenceId() + " was not asked for");
        }
        counters.loadFailures += found ? 0 : 1;
        blocks.answer(sequence.table, load, found);
        if (sequence.table.loading()) {
            return;
        }
        loading.remove(sequence.id());
        if (holds(sequence)) {
            begin(sequence);
        }
    }

    /** Lets go of a sequence and all it has; blocks that are being read come back with their answers. */
    void end(Sequence sequence) {
        live.remove(sequence.id());
        waiting.remove(sequence);
        running.remove(sequence);
        hurried.remove(sequence);
        drop(sequence);
        loadsToTake.removeIf(load -> {
            boolean mine = unanswered.get(load) == sequence;
            if (mine) {
                unanswered.remove(load);
                blocks.answer(sequence.table, load, false);
            }
            return mine;
        });
        if (!sequence.table.loading()) {
            loading.remove(sequence.id());
        }
        blocks.close(sequence.table);
    }

    /** Sequences whose deadline has passed. */
    List<Sequence> late(long nowNanos) {
        return hurried.stream().takeWhile(sequence -> leftNanos(sequence, nowNanos) <= 0).toList();
    }

    /** Running sequences with a deadline that have produced nothing, and others to use the time better. */
    List<Sequence> doubtful() {
        return live.size() < 2 ? List.of() : hurried.stream()
                .filter(sequence -> sequence.produced() == 0 && running.contains(sequence)).toList();
    }

    long leftNanos(Sequence sequence, long nowNanos) {
        return sequence.dueNanos - (nowNanos - epochNanos);
    }

    /** Time until the next deadline, negative if it has passed. */
    OptionalLong nextDeadlineNanos(long nowNanos) {
        return hurried.isEmpty() ? OptionalLong.empty() : OptionalLong.of(leftNanos(hurried.first(), nowNanos));
    }
}
