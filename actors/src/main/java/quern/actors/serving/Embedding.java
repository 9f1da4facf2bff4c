package quern.actors.serving;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineListener;
import quern.actors.engine.EngineActor.EnqueueReply;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.AdapterRegistry;
import quern.inference.encoder.PooledRow;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.RequestRefused;
import quern.inference.engine.Usage;

/**
 * One accepted embedding request: its texts go to the engine a few at a time and come back as vectors, which are told
 * together and in order. When whoever listens is gone, the engine is told to stop.
 */
public final class Embedding extends AbstractMatchingBehavior<Embedding.Command> {

    private static final Duration RETRY = Duration.ofMillis(20);

    public sealed interface Command {}

    private record Enqueued(EnqueueReply reply) implements Command {}

    private record FromEngine(EngineEvent event) implements Command {}

    private enum Continue implements Command { NOW }

    /**
     * @param served what the request's model name led to
     * @param hold keeps the adapter in memory; may block
     * @param firstId inputs get consecutive ids from here
     * @param replyTo gets exactly one {@link EmbedReply}
     */
    public record Task(
            EmbeddingRequest request,
            ServedModel served,
            Embedder embedder,
            long firstId,
            Supplier<AdapterRegistry.Hold> hold,
            ActorRef<EmbeddingEvent> events,
            ActorRef<EmbedReply> replyTo) {}

    public static Behavior<Command> create(
            Task task, ActorRef<EngineActor.Command> engine, ServingObserver observer) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            try {
                List<Embedder.Text> texts = EmbeddingPlan.texts(task);
                return new Embedding(context, timers, task, texts, AdapterHold.of(task.hold()), engine, observer);
            } catch (SequencePlan.Refusal refusal) {
                observer.rejected(refusal.reason());
                task.replyTo().tell(new EmbedReply.Refused(refusal.reason()));
                return Behaviors.stopped();
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
                context.getLog().error("a request could not be prepared", failure);
                var broken = new SubmitReply.Broken("the request could not be prepared: " + failure);
                observer.rejected(broken);
                task.replyTo().tell(new EmbedReply.Refused(broken));
                return Behaviors.stopped();
            }
        }));
    }

    private final TimerScheduler<Command> timers;
    private final Task task;
    private final AdapterRegistry.Hold hold;
    private final ActorRef<EngineActor.Command> engine;
    private final ServingObserver observer;
    private final Deque<Embedder.Text> waiting;
    private final Set<Long> inFlight = new HashSet<>();
    /** What the engine has not answered yet, in the order it was asked and will answer. */
    private final Deque<List<Embedder.Text>> asked = new ArrayDeque<>();
    private final List<float[]> vectors;
    private final int promptTokens;
    private final long submittedNs = System.nanoTime();
    private Optional<QuernException> failure = Optional.empty();
    private boolean accepted;
    private boolean abandoned;

    private Embedding(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Task task,
            List<Embedder.Text> texts,
            AdapterRegistry.Hold hold,
            ActorRef<EngineActor.Command> engine,
            ServingObserver observer) {
        super(context);
        this.timers = timers;
        this.task = task;
        this.hold = hold;
        this.engine = engine;
        this.observer = observer;
        this.waiting = new ArrayDeque<>(texts);
        this.vectors = new ArrayList<>(Collections.nCopies(texts.size(), null));
        this.promptTokens = texts.stream().mapToInt(text -> text.tokens().length).sum();
        context.watch(task.events());
        context.watch(engine);
        enqueue();
    }

    private void enqueue() {
        List<Embedder.Text> texts = new ArrayList<>();
        while (!waiting.isEmpty() && inFlight.size() < task.embedder().inFlightMax()) {
            texts.add(waiting.poll());
            inFlight.add(texts.getLast().id());
        }
        if (!texts.isEmpty()) {
            asked.add(texts);
            engine.tell(task.embedder().command(texts, task.served().adapter(),
                    EngineListener.of(getContext().messageAdapter(EngineEvent.class, FromEngine::new)),
                    getContext().messageAdapter(EnqueueReply.class, Enqueued::new)));
        }
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Enqueued enqueued -> onEnqueued(enqueued);
            case FromEngine event -> onEngine(event.event());
            case Continue again -> proceed();
        };
    }

    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            hold.close();
        }
        if (signal instanceof Terminated terminated && terminated.getRef().equals(task.events())) {
            abandoned = true;
            return stopEarly();
        }
        return signal instanceof Terminated ? onEngineGone() : this;
    }

    private Behavior<Command> onEngineGone() {
        var cause = new QuernException(Category.RETRYABLE, "the engine is gone");
        if (!accepted) {
            task.replyTo().tell(new EmbedReply.Refused(new SubmitReply.NotReady(cause.getMessage())));
        }
        fail(cause);
        return Behaviors.stopped();
    }

    private Behavior<Command> onEnqueued(Enqueued enqueued) {
        List<Embedder.Text> texts = asked.remove();
        if (enqueued.reply() instanceof EngineActor.NotEnqueued(QuernException cause)) {
            return onRefused(texts, cause);
        }
        if (!accepted) {
            accepted = true;
            task.replyTo().tell(new EmbedReply.Accepted(task.served().id()));
        }
        return this;
    }

    private Behavior<Command> onRefused(List<Embedder.Text> texts, QuernException cause) {
        texts.forEach(text -> inFlight.remove(text.id()));
        if (!accepted) {
            SubmitReply.Rejected reason = reason(cause);
            observer.rejected(reason);
            task.replyTo().tell(new EmbedReply.Refused(reason));
            return Behaviors.stopped();
        }
        if (abandoned || failure.isPresent()) {
            return stopEarly();
        }
        boolean full = cause instanceof RequestRefused refused && refused.reason() == RequestRefused.Reason.QUEUE_FULL;
        if (!full) {
            return fail(cause);
        }
        texts.reversed().forEach(waiting::addFirst);
        timers.startSingleTimer(Continue.NOW, RETRY);
        return this;
    }

    private SubmitReply.Rejected reason(QuernException cause) {
        if (!(cause instanceof RequestRefused refused)) {
            return new SubmitReply.NotReady(cause.getMessage());
        }
        return switch (refused.reason()) {
            case QUEUE_FULL, POOL_TOO_SMALL -> new SubmitReply.Overloaded(refused.getMessage());
            case UNKNOWN_ADAPTER -> new SubmitReply.UnknownModel(task.request().model());
            case PROMPT_TOO_LONG, INVALID -> new SubmitReply.Invalid("input", refused.getMessage());
        };
    }

    private Behavior<Command> onEngine(EngineEvent event) {
        if (!(event instanceof EngineEvent.Terminal terminal)) {
            return this;
        }
        inFlight.remove(terminal.sequenceId());
        return switch (terminal) {
            case EngineEvent.Embedded embedded -> {
                vectors.set((int) (embedded.sequenceId() - task.firstId()), kept(embedded.vector()));
                yield proceed();
            }
            case EngineEvent.Failed failed -> fail(failed.cause());
            case EngineEvent.Scored other -> this;
            case EngineEvent.Finished cancelled -> fail(new QuernException(
                    Category.RETRYABLE, "the embedding was cancelled by the server"));
        };
    }

    private float[] kept(float[] vector) {
        int dimensions = task.request().dimensions().orElse(vector.length);
        return dimensions == vector.length ? vector : PooledRow.shortened(vector, dimensions);
    }

    private Behavior<Command> proceed() {
        if (abandoned || failure.isPresent()) {
            return stopEarly();
        }
        if (inFlight.isEmpty() && waiting.isEmpty()) {
            observer.completed(new Usage(promptTokens, 0, 0), Duration.ofNanos(System.nanoTime() - submittedNs));
            task.events().tell(new EmbeddingEvent.Completed(vectors, promptTokens));
            return Behaviors.stopped();
        }
        enqueue();
        return this;
    }

    private Behavior<Command> fail(QuernException cause) {
        if (failure.isEmpty() && !abandoned) {
            failure = Optional.of(cause);
            observer.broken();
            task.events().tell(new EmbeddingEvent.Broken(cause));
        }
        return stopEarly();
    }

    /** Stays until the engine has let go of every text, so that the router counts the request for as long. */
    private Behavior<Command> stopEarly() {
        waiting.clear();
        inFlight.forEach(id -> engine.tell(new EngineActor.Cancel(id)));
        return inFlight.isEmpty() ? Behaviors.stopped() : this;
    }
}
