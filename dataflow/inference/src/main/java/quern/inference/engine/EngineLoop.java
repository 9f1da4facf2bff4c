package quern.inference.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.EngineConfig;
import quern.config.QuernException;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.StepWork;
import quern.inference.cache.Admission;
import quern.inference.cache.BlockLoad;
import quern.inference.cache.KvBlocks;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.encoder.PooledRow;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.sampling.Sampler;
import quern.inference.transformer.Transformer;
import quern.kv.BlockPool;

/**
 * Continuous batching as a step function (Orca, OSDI 2022): requests go in, and each {@link #step} computes one mixed
 * batch and says what came of it. Single-threaded, never blocks, starts no thread. An owner drives it:
 *
 * <pre>
 *   loop.submit(request);                       // or RequestRefused
 *   while (loop.hasWork()) {
 *       loop.step().forEach(this::onEvent);
 *       loop.takeLoads().forEach(load -&gt; ...);  // on an I/O thread: found = pool.load(key, tokens, target)
 *   }                                           // here again: loop.loaded(load, found)
 * </pre>
 *
 * <p>A request's tokens do not depend on what runs beside it, on how its prompt was cut, on what the cache held or on
 * whether it was preempted. The pool must outlive every load handed out.
 */
public final class EngineLoop {

    private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

    private final LoadedModel model;
    private final EngineConfig config;
    private final LongSupplier nanoClock;
    private final KvBlocks blocks;
    private final Transformer transformer;
    private final BatchPlanner planner;
    private final SequenceRules rules;
    private final Answers answers;
    private final Embeddings embeddings;
    private final EncoderTurn encoding;
    private final TuningTurn tuning;
    private final int runningMax;
    private final SplittableRandom seeds = new SplittableRandom();

    private final Map<Long, Sequence> live = new HashMap<>();
    private final TreeSet<Sequence> waiting = new TreeSet<>(Comparator.comparingLong(sequence -> sequence.arrival));
    private final TreeSet<Sequence> running = new TreeSet<>(Comparator.comparingLong(sequence -> sequence.arrival));
    private final Map<Long, Sequence> loading = new HashMap<>();
    private final Map<BlockLoad, Sequence> unanswered = new IdentityHashMap<>();
    private final List<BlockLoad> loadsToTake = new ArrayList<>();
    private final List<EngineEvent> pendingEvents = new ArrayList<>();
    private final StepCounters counters = new StepCounters();
    private final StepPace pace;
    private final Speculation speculation;
    private final Stamps stamps;
    private long arrivals;
    private boolean stalled;

    /**
     * @param pool of blocks of {@code layout}'s size, used by this loop alone
     * @param layout see {@link LoadedModel#kvLayout}
     */
    public EngineLoop(LoadedModel model, BlockPool pool, KvLayout layout, EngineConfig config) {
        this(model, Optional.empty(), pool, layout, config, System::nanoTime);
    }

    /** @param encoder makes embeddings in the same steps */
    public EngineLoop(
            LoadedModel model, Optional<LoadedEncoder> encoder, BlockPool pool, KvLayout layout, EngineConfig config) {
        this(model, encoder, pool, layout, config, System::nanoTime);
    }

    EngineLoop(LoadedModel model, Optional<LoadedEncoder> encoder, BlockPool pool, KvLayout layout,
            EngineConfig config, LongSupplier nanoClock) {
        this.model = model;
        this.config = config;
        this.nanoClock = nanoClock;
        this.stamps = new Stamps(nanoClock);
        this.blocks = new KvBlocks(pool, layout, model.fingerprint(), model.arithmetic());
        this.transformer = model.transformer();
        this.runningMax = config.sequencesMax();
        this.planner = new BatchPlanner(config.maxBatchedTokens(), layout.blockTokens());
        this.pace = new StepPace(layout.blockTokens());
        this.speculation = new Speculation(config.draftTokensMax());
        this.rules = new SequenceRules(model, blocks, config);
        this.answers = new Answers(model);
        this.embeddings = new Embeddings(transformer);
        this.encoding = new EncoderTurn(encoder, config);
        this.tuning = new TuningTurn(
                config.maxBatchedTokens(), layout.blockTokens(), config.stepTarget().toNanos());
    }

    /** Tells what happens from now on. */
    public void observe(EngineObserver observer) {
        stamps.tell(observer);
    }

    /**
     * Takes a request. From now on it gets exactly one terminal event.
     *
     * @throws RequestRefused with the reason and the counts; the request then gets no event
     */
    public void submit(SequenceRequest request) {
        rules.check(request, live.containsKey(request.id()) || loading.containsKey(request.id()));
        if (waiting.size() >= config.queueMax()) {
            throw new RequestRefused(RequestRefused.Reason.QUEUE_FULL,
                    waiting.size() + " requests wait, at most " + config.queueMax());
        }
        Optional<LoadedAdapter> adapter = rules.adapter(request);
        Sequence sequence = new Sequence(request, arrivals++, adapter,
                request.sampling().seed().orElseGet(seeds::nextLong), rules.tokensMax(request),
                model.shape().hidden());
        open(sequence);
        stamps.queued(sequence);
        live.put(sequence.id(), sequence);
        waiting.add(sequence);
        stalled = false;
    }

    /**
     * Takes a text for the encoder. From now on it gets exactly one terminal event.
     *
     * @throws RequestRefused with the reason and the counts; the request then gets no event
     */
    public void submit(EncodeRequest request) {
        encoding.submit(request);
    }

    /** Ends a sequence; its terminal event comes with the next step. Unknown and ended ones are ignored. */
    public void cancel(long sequenceId) {
        encoding.cancel(sequenceId, pendingEvents);
        Sequence sequence = live.get(sequenceId);
        if (sequence != null) {
            String rest = sequence.text.finish();
            end(sequence, new EngineEvent.Finished(
                    sequenceId, FinishReason.CANCELLED, rest, sequence.text.stop(), sequence.usage()));
        }
    }

    /** Ends every sequence with this failure; their events come with the next step. */
    public void failAll(QuernException cause) {
        encoding.failAll(cause, pendingEvents);
        List.copyOf(live.values()).forEach(sequence -> end(sequence, new EngineEvent.Failed(sequence.id(), cause)));
    }

    /** Whether {@link #step} has something to do now; sequences that only wait for loads do not count. */
    public boolean hasWork() {
        boolean sequences = !stalled && (!running.isEmpty() || !waiting.isEmpty());
        return !pendingEvents.isEmpty() || sequences || encoding.hasWork() || tuning.attached();
    }

    /** Computes one batch. Events are in the order in which they came about. */
    public List<EngineEvent> step() {
        long from = nanoClock.getAsLong();
        int admitted = admit();
        grow();
        StepPlan plan = speculation.extend(
                planner.plan(List.copyOf(running), pace.rowsWithin(config.stepTarget().toNanos())), blocks,
                config.maxBatchedTokens());
        if (!plan.isEmpty()) {
            compute(plan);
        }
        stalled = plan.isEmpty() && admitted == 0;
        encoding.take(nanoClock.getAsLong() - from, nanoClock::getAsLong, pendingEvents);
        boolean busy = !running.isEmpty() || !waiting.isEmpty() || !loading.isEmpty() || encoding.hasWork();
        counters.tuningTokens += tuning.take(
                plan.rows(), nanoClock.getAsLong() - from, busy, nanoClock::getAsLong, pendingEvents);
        List<EngineEvent> events = List.copyOf(pendingEvents);
        pendingEvents.clear();
        return events;
    }

    /** Loads to carry out since the last call, each to be answered by {@link #loaded}. */
    public List<BlockLoad> takeLoads() {
        List<BlockLoad> taken = List.copyOf(loadsToTake);
        loadsToTake.clear();
        return taken;
    }

    /**
     * The outcome of a load.
     *
     * @param found whether the target now holds the block; false also when reading failed
     */
    public void loaded(BlockLoad load, boolean found) {
        Sequence sequence = unanswered.remove(load);
        if (sequence == null) {
            throw new IllegalArgumentException(
                    "load of block " + load.index() + " of sequence " + load.sequenceId() + " was not asked for");
        }
        counters.loadFailures += found ? 0 : 1;
        blocks.answer(sequence.table, load, found, sequence.tokens());
        stalled = false;
        if (sequence.table.loading()) {
            return;
        }
        loading.remove(sequence.id());
        if (live.get(sequence.id()) == sequence) {
            begin(sequence);
        }
    }

    /**
     * Lets work share the steps until it is done, fails or is detached.
     *
     * @throws IllegalStateException if there is work already
     */
    public void attach(StepWork work) {
        tuning.attach(work);
    }

    /** @return whether this work was attached */
    public boolean detach(StepWork work) {
        return tuning.detach(work);
    }

    public EngineStats stats() {
        return counters.stats(
                running.size() + encoding.running(), loading.size(), waiting.size() + encoding.waiting(), blocks);
    }

    /**
     * Admits from the front as long as there is room; blocks for the whole prompt are taken at once. A sequence whose
     * prompt another one is computing is passed over until it can take it from there (BatchLLM, arXiv 2412.03594).
     */
    private int admit() {
        int admitted = 0;
        for (Sequence sequence : List.copyOf(waiting)) {
            if (running.size() + loading.size() >= runningMax) {
                break;
            }
            switch (blocks.admit(sequence.id(), sequence.table, sequence.tokens(), sequence.count())) {
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
        sequence.computed = sequence.table.sealed() * blocks.layout().blockTokens();
        counters.prefixHitTokens += sequence.computed;
        if (sequence.cachedTokens < 0) {
            sequence.cachedTokens = sequence.computed;
        }
        blocks.reserve(sequence.table, sequence.count());
        stamps.scheduled(sequence);
        running.add(sequence);
    }

    /** Gives each sequence the blocks for its tokens; the newest gives its own back where there are none left. */
    private void grow() {
        for (Sequence sequence : List.copyOf(running)) {
            while (running.contains(sequence) && !blocks.reserve(sequence.table, sequence.count())) {
                preempt(running.last());
            }
        }
    }

    private void preempt(Sequence sequence) {
        running.remove(sequence);
        blocks.close(sequence.table);
        open(sequence);
        sequence.computed = 0;
        sequence.pooled.ifPresent(PooledRow::clear);
        waiting.add(sequence);
        counters.preemptions++;
        stamps.preempted(sequence);
    }

    private void open(Sequence sequence) {
        String adapter = sequence.adapter.map(LoadedAdapter::fingerprint).orElse("");
        sequence.table = sequence.pooled.isPresent()
                ? blocks.openAlone()
                : blocks.open(adapter, sequence.request.tenantSalt(), sequence.request.retain());
    }

    private void compute(StepPlan plan) {
        try {
            StepRows rows = StepRows.of(plan, blocks.layout(), model.kernels());
            long from = nanoClock.getAsLong();
            Rows logits = transformer.forward(rows.batch());
            long nanos = nanoClock.getAsLong() - from;
            pace.record(plan.rows(), nanos);
            speculation.record(plan, nanos);
            counters.steps++;
            stamps.stepped(plan.rows());
            for (Slice slice : plan.slices()) {
                slice.sequence().computed = slice.to();
                counters.promptTokens += slice.draws() && slice.rows() == 1 ? 0 : slice.rows();
                blocks.sealFull(slice.sequence().table, slice.sequence().tokens(), slice.to());
            }
            int row = 0;
            for (Slice slice : rows.drawing()) {
                draw(slice, logits, row);
                row += 1 + slice.draft().length;
            }
            embeddings.take(rows).forEach(event -> end(live.get(event.sequenceId()), event));
        } catch (RuntimeException | OutOfMemoryError failure) {
            log.error("step of {} rows failed", plan.rows(), failure);
            QuernException cause = StepFailure.of("the step that held this sequence failed", failure);
            for (Slice slice : plan.slices()) {
                if (live.containsKey(slice.sequence().id())) {
                    end(slice.sequence(), new EngineEvent.Failed(slice.sequence().id(), cause));
                }
            }
        }
    }

    /** Draws the next token and, as long as each was guessed right, those behind it. */
    private void draw(Slice slice, Rows logits, int row) {
        Sequence sequence = slice.sequence();
        int[] draft = slice.draft();
        int right = 0;
        answer(sequence, logits, row);
        while (right < draft.length && live.get(sequence.id()) == sequence
                && sequence.tokens()[sequence.count() - 1] == draft[right]) {
            right++;
            sequence.computed = slice.to() + right;
            blocks.sealFull(sequence.table, sequence.tokens(), sequence.computed);
            answer(sequence, logits, row + right);
        }
        sequence.drafts.record(draft.length, right);
        counters.draftTokens += draft.length;
        counters.acceptedTokens += right;
    }

    private void answer(Sequence sequence, Rows logits, int row) {
        try {
            int producedBefore = sequence.produced();
            Optional<EngineEvent> terminal = answers.next(sequence, logits, row, pendingEvents);
            if (sequence.produced() > producedBefore) {
                counters.completionTokens++;
                stamps.produced(sequence);
            }
            terminal.ifPresent(event -> end(sequence, event));
        } catch (RuntimeException failure) {
            end(sequence, new EngineEvent.Failed(sequence.id(), StepFailure.of("no token could be drawn", failure)));
        }
    }

    private void end(Sequence sequence, EngineEvent terminal) {
        live.remove(sequence.id());
        waiting.remove(sequence);
        running.remove(sequence);
        loadsToTake.removeIf(load -> {
            boolean mine = unanswered.get(load) == sequence;
            if (mine) {
                unanswered.remove(load);
                blocks.answer(sequence.table, load, false, sequence.tokens());
            }
            return mine;
        });
        if (!sequence.table.loading()) {
            loading.remove(sequence.id());
        }
        blocks.close(sequence.table);
        stalled = false;
        stamps.ended(sequence);
        pendingEvents.add(terminal);
    }
}
