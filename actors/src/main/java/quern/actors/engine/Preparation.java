package quern.actors.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.ApplianceConfig;
import quern.gpu.Backend;
import quern.gpu.Turns;
import quern.gpu.kernel.KvLayout;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.StepProfile;
import quern.inference.fit.WarmUpRounds;
import quern.kv.TierStack;

/**
 * What an engine that serves already does while nobody asks: its kernels are warmed up further, until answers no longer
 * get faster; then some steps of the model itself bring its weights into memory and its own shapes to the compiler; and
 * last, if no start before did, its steps are measured and the times kept. Whoever drives the engine calls it, between
 * two of its steps; a request that comes meanwhile waits for one piece.
 */
public final class Preparation implements BooleanSupplier, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(2);
    /** Steps run by the model itself: a token, what is new behind a long conversation, some streams, prompts. */
    private static final Step[] REHEARSED = {new Step(1, 2000), new Step(16, 2000), new Step(4, 500), new Step(8, 0),
            new Step(16, 2000), new Step(128, 0), new Step(16, 0), new Step(128, 1000), new Step(16, 2000),
            new Step(128, 0)};
    /** No step follows one that took longer: who asks meanwhile waits for it, though it spares him such a step. */
    private static final long REHEARSED_NANOS_MAX = 3_000_000_000L;

    /** @param behind tokens before its rows */
    private record Step(int rows, int behind) {}

    private final LoadedModel model;
    private final ApplianceConfig config;
    private final StepProfileFile kept;
    private final Turns turns;
    /** Names all that the time of a step depends on. */
    private final String of;
    private Optional<WarmUpRounds> rounds = Optional.empty();
    private Optional<EngineLoop> loop = Optional.empty();
    private Optional<TierStack> valued = Optional.empty();
    private int rehearsed = REHEARSED.length;
    private boolean measures;
    private volatile StepProfile profile;

    private Preparation(
            LoadedModel model, ApplianceConfig config, StepProfileFile kept, Turns turns, String backend) {
        this.turns = turns;
        this.model = model;
        this.config = config;
        this.kept = kept;
        this.of = String.join(" ", model.fingerprint(), backend, model.arithmetic(), model.product().name(),
                model.kernels().packing(), model.kvLayout(config.kv()).toString(),
                String.valueOf(config.engine().maxBatchedTokens()));
        this.profile = StepProfile.NONE;
    }

    /**
     * Warms up for as long as a start may, and recalls what was measured before. Drives the compute team, by turns.
     */
    static Preparation begin(LoadedModel model, ApplianceConfig config, StepProfileFile kept, Backend backend) {
        Preparation preparation = new Preparation(model, config, kept, backend.team().turns(), backend.description());
        preparation.warmUp(config.start().warmUp());
        preparation.rehearsed = config.start().warmUp().isZero() ? REHEARSED.length : 0;
        if (!config.engine().scheduling().profile().isZero()) {
            preparation.profile = kept.recall(preparation.of).orElse(StepProfile.NONE);
            preparation.measures = preparation.profile.points().isEmpty();
        }
        return preparation;
    }

    /** Nothing is to be done: the model answers nobody. */
    static Preparation none(LoadedModel model, ApplianceConfig config, StepProfileFile kept) {
        return new Preparation(model, config, kept, new Turns(), "");
    }

    private void warmUp(Duration limit) {
        if (limit.isZero()) {
            return;
        }
        try {
            WarmUpRounds begun = new WarmUpRounds(model, config.engine(), config.kv(), System::nanoTime);
            rounds = Optional.of(begun);
            while (!begun.settled() && begun.spentNanos() < limit.toNanos()) {
                turns.take(begun::batch);
            }
        } catch (RuntimeException failure) {
            // The first requests are slower; whatever is wrong with the model they will tell better.
            LOG.warn("the kernels were not warmed up", failure);
            endWarmUp();
        }
    }

    /** The loop that serves from now on: it is told the times of steps, also later. */
    void adopt(EngineLoop serving) {
        serving.adopt(profile);
        loop = Optional.of(serving);
    }

    /** These tiers value blocks by what computing them takes, from now on or as soon as it was measured. */
    void value(TierStack tiers) {
        valued = Optional.of(tiers);
        tellCosts();
    }

    private void tellCosts() {
        if (!profile.points().isEmpty()) {
            int rows = profile.points().getLast().rows();
            double blockNanos = (double) profile.nanosOf(rows) / rows * config.kv().blockTokens();
            valued.ifPresent(tiers -> tiers.cost(blockNanos, model.shape().doublingTokens()));
        }
    }

    /**
     * Rehearses, before the first request, what one costs whose prompt is known: a step of one row behind many. It is
     * not compiled yet, takes longer than all loads together, and would be that request's.
     */
    void expectKnownPrompts() {
        if (rehearsed == 0) {
            turns.take(this::rehearseOrSay);
        }
    }

    private void rehearseOrSay() {
        try {
            rehearse();
        } catch (RuntimeException failure) {
            LOG.warn("the first step was not rehearsed", failure);
            rehearsed = REHEARSED.length;
        }
    }

    /** Names all that the time of a step depends on. */
    String of() {
        return of;
    }

    /** How long the model's steps take; nothing until it was measured. */
    public StepProfile profile() {
        return profile;
    }

    /** Does one piece. @return whether there is more to do */
    @Override
    public boolean getAsBoolean() {
        turns.take(this::doOne);
        return rounds.isPresent() || rehearsed < REHEARSED.length || measures;
    }

    private void doOne() {
        try {
            if (rounds.isPresent()) {
                goOn(rounds.get());
            } else if (rehearsed < REHEARSED.length) {
                rehearse();
            } else if (measures) {
                measures = false;
                measure();
            }
        } catch (RuntimeException failure) {
            LOG.warn("the engine was not prepared further", failure);
            endWarmUp();
            rehearsed = REHEARSED.length;
            measures = false;
        }
    }

    private void goOn(WarmUpRounds begun) {
        if (!begun.settled() && begun.spentNanos() < WARM_UP_MAX.toNanos()) {
            begun.batch();
        } else {
            LOG.debug("warmed up: {}", begun.done());
            endWarmUp();
        }
    }

    private void endWarmUp() {
        rounds.ifPresent(WarmUpRounds::close);
        rounds = Optional.empty();
    }

    private void rehearse() {
        Step step = REHEARSED[rehearsed++];
        int rows = Math.min(step.rows(), config.engine().maxBatchedTokens());
        long nanos = StepProfile.rehearse(model, model.kvLayout(config.kv()), rows, step.behind());
        LOG.debug("a step of {} rows behind {} took {} ms", rows, step.behind(), nanos / 1_000_000);
        if (nanos > REHEARSED_NANOS_MAX) {
            rehearsed = REHEARSED.length;
        }
    }

    private void measure() {
        KvLayout layout = model.kvLayout(config.kv());
        StepProfile measured = StepProfile.measure(
                model, layout, config.engine().maxBatchedTokens(), config.engine().scheduling().profile());
        profile = measured;
        loop.ifPresent(serving -> serving.adopt(measured));
        tellCosts();
        try {
            kept.remember(of, measured);
        } catch (IOException unwritable) {
            LOG.warn("the times of steps are not kept: {}", unwritable.toString());
        }
    }

    /** Not while a piece is under way. */
    @Override
    public void close() {
        endWarmUp();
    }
}
