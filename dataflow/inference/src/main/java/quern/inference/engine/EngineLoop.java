package quern.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.EngineConfig;
import quern.config.QuernException;
import quern.gpu.Turns;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.StepWork;
import quern.inference.cache.BlockLoad;
import quern.inference.cache.KvBlocks;
import quern.inference.cache.TierRates;
import quern.inference.encoder.LoadedEncoder;
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
    private final Scoring scoring;
    private final EncoderTurn encoding;
    private final TuningTurn tuning;
    private final SplittableRandom seeds = new SplittableRandom();

    private final Roster roster;
    private final List<EngineEvent> pendingEvents = new ArrayList<>();
    private final StepCounters counters = new StepCounters();
    private final StepPace pace;
    private final Speculation speculation;
    private final Stamps stamps;
    private Turns turns = new Turns();
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
        this.blocks = new KvBlocks(pool, layout, model.fingerprint(), model.arithmetic(),
                config.scheduling().preemptedMemory().bytes());
        this.transformer = model.transformer();
        this.roster = new Roster(blocks, counters, stamps, config, nanoClock.getAsLong());
        this.planner = new BatchPlanner(config.maxBatchedTokens(), layout.blockTokens());
        this.pace = new StepPace(layout.blockTokens());
        this.speculation = new Speculation(config.draftTokensMax());
        this.rules = new SequenceRules(model, blocks, config);
        this.answers = new Answers(model);
        this.embeddings = new Embeddings(transformer);
        this.scoring = new Scoring(
                transformer, new Sampler(model.shape().vocabulary(), model.kernels()));
        this.encoding = new EncoderTurn(encoder, config);
        this.tuning = new TuningTurn(config.maxBatchedTokens(), config.stepTarget().toNanos(),
                config.scheduling().tuningShare());
    }

    /** Plans steps by this profile of the model, corrected by what later steps take. */
    public void adopt(StepProfile profile) {
        pace.adopt(profile);
        speculation.adopt(profile);
        blocks.computeIn(profile::promptNanos);
    }

    /** Loads stored blocks only where that is faster than computing them, by these rates and the adopted profile. */
    public void adopt(TierRates rates) {
        blocks.measureBy(rates);
    }

    /** Takes its turn for each step from now on, beside others on the same kernels. */
    public void take(Turns shared) {
        turns = shared;
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
        rules.check(request, roster.knows(request.id()));
        if (roster.waitingCount() >= config.queueMax()) {
            throw new RequestRefused(RequestRefused.Reason.QUEUE_FULL,
                    roster.waitingCount() + " requests wait, at most " + config.queueMax());
        }
        Optional<LoadedAdapter> adapter = rules.adapter(request);
        Sequence sequence = new Sequence(request, arrivals++, adapter,
                request.sampling().seed().orElseGet(seeds::nextLong), rules.tokensMax(request),
                model.shape().hidden());
        stamps.queued(sequence);
        roster.add(sequence, nanoClock.getAsLong());
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
        roster.find(sequenceId).ifPresent(sequence -> {
            String rest = sequence.text.finish();
            end(sequence, new EngineEvent.Finished(
                    sequenceId, FinishReason.CANCELLED, rest, sequence.text.stop(), sequence.usage()));
        });
    }

    /** Ends every sequence with this failure; their events come with the next step. */
    public void failAll(QuernException cause) {
        encoding.failAll(cause, pendingEvents);
        roster.all().forEach(sequence -> end(sequence, new EngineEvent.Failed(sequence.id(), cause)));
    }

    /** Whether {@link #step} has something to do now; sequences that only wait for loads do not count. */
    public boolean hasWork() {
        boolean sequences = !stalled && (roster.runningCount() > 0 || roster.waitingCount() > 0);
        return !pendingEvents.isEmpty() || sequences || encoding.hasWork() || tuning.attached()
                || nextDeadlineNanos().orElse(1) <= 0;
    }

    /** Time until a deadline makes work for {@link #step}, whatever else does. */
    public OptionalLong nextDeadlineNanos() {
        return roster.nextDeadlineNanos(nanoClock.getAsLong());
    }

    /** Computes one batch. Events are in the order in which they came about. */
    public List<EngineEvent> step() {
        return turns.take(this::stepAlone);
    }

    private List<EngineEvent> stepAlone() {
        long from = nanoClock.getAsLong();
        roster.late(from).forEach(sequence -> expire(sequence, DeadlineExceeded.passed(sequence)));
        int admitted = roster.admit();
        giveUp(from);
        roster.grow();
        StepPlan plan = speculation.extend(
                planner.plan(roster.running(), promptStepTokens()), blocks, config.maxBatchedTokens());
        if (!plan.isEmpty()) {
            compute(plan);
        }
        stalled = plan.isEmpty() && admitted == 0;
        encoding.take(nanoClock.getAsLong() - from, nanoClock::getAsLong, pendingEvents);
        boolean busy = roster.runningCount() + roster.waitingCount() + roster.loadingCount() > 0 || encoding.hasWork();
        counters.tuningTokens += tuning.take(plan.rows(), nanoClock.getAsLong() - from, busy, pendingEvents);
        List<EngineEvent> events = List.copyOf(pendingEvents);
        pendingEvents.clear();
        return events;
    }

    /** Loads to carry out since the last call, each to be answered by {@link #loaded}. */
    public List<BlockLoad> takeLoads() {
        return roster.takeLoads();
    }

    /**
     * The outcome of a load.
     *
     * @param found whether the target now holds the block; false also when reading failed
     */
    public void loaded(BlockLoad load, boolean found) {
        roster.loaded(load, found);
        stalled = false;
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
        return counters.stats(roster.runningCount() + encoding.running(), roster.loadingCount(),
                roster.waitingCount() + encoding.waiting(), promptStepTokens(), blocks);
    }

    private int promptStepTokens() {
        return promptStepTokens(config, blocks.layout().blockTokens(),
                pace.rowsWithin(config.stepTarget().toNanos()) - roster.streams());
    }

    /** Prompt tokens a step takes at most while streams run. @param measured what fits into the step's target */
    public static int promptStepTokens(EngineConfig config, int blockTokens, int measured) {
        int fixed = config.scheduling().promptStepTokens();
        return Math.clamp(
                fixed > 0 ? fixed : measured, blockTokens, Math.max(blockTokens, config.maxBatchedTokens()));
    }

    /** Ends those that cannot give a first token in time even at the best pace seen. */
    private void giveUp(long nowNanos) {
        for (Sequence sequence : roster.doubtful()) {
            long leftNanos = roster.leftNanos(sequence, nowNanos);
            long neededNanos = pace.leastNanos(sequence.pending());
            if (neededNanos > leftNanos) {
                expire(sequence, DeadlineExceeded.ahead(sequence, leftNanos, neededNanos));
            }
        }
    }

    private void expire(Sequence sequence, DeadlineExceeded cause) {
        counters.expirations++;
        end(sequence, new EngineEvent.Failed(sequence.id(), cause));
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
                if (slice.draws() && slice.sequence().produced() == 0) {
                    blocks.leavePromptEnd(slice.sequence().table);
                }
            }
            int row = 0;
            for (Slice slice : rows.drawing()) {
                draw(slice, logits, row);
                row += 1 + slice.draft().length;
            }
            scoring.take(rows).forEach(event -> end(roster.find(event.sequenceId()).orElseThrow(), event));
            embeddings.take(rows).forEach(event -> end(roster.find(event.sequenceId()).orElseThrow(), event));
        } catch (RuntimeException | OutOfMemoryError failure) {
            log.error("step of {} rows failed", plan.rows(), failure);
            QuernException cause = StepFailure.of("the step that held this sequence failed", failure);
            for (Slice slice : plan.slices()) {
                if (roster.holds(slice.sequence())) {
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
        while (right < draft.length && roster.holds(sequence)
                && sequence.tokens()[sequence.count() - 1] == draft[right]) {
            right++;
            sequence.computed = slice.to() + right;
            blocks.sealFull(sequence.table, sequence.tokens(), sequence.computed);
            answer(sequence, logits, row + right);
        }
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
        try {
            roster.end(sequence);
        } catch (RuntimeException failure) {
            throw new BlocksLost(sequence.id(), failure);
        }
        stalled = false;
        stamps.ended(sequence);
        pendingEvents.add(terminal);
    }
}
