package quern.actors.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineActor.EnqueueReply;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.AdapterRegistry;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.FinishReason;
import quern.inference.engine.RequestRefused;
import quern.inference.engine.SequenceRequest;
import quern.inference.engine.Usage;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolSyntax;

/**
 * One accepted request from prompt to last event. It encodes, enqueues, translates the engine's events and ends with
 * exactly one {@link GenerationEvent.Terminal}. When whoever listens is gone, the engine is told to stop.
 */
public final class Generation extends AbstractMatchingBehavior<Generation.Command> {

    public sealed interface Command {}

    /** Nobody wants the rest. */
    public enum Cancel implements Command { NOW }

    private record Enqueued(EnqueueReply reply) implements Command {}

    private record FromEngine(EngineEvent event) implements Command {}

    /** What the engine told cannot be passed on. */
    private record Failed(Throwable cause) implements Command {}

    /**
     * @param served what the request's model name led to
     * @param firstSequenceId answers get consecutive ids from here
     * @param hold keeps the adapter in memory; may block
     * @param contextTokens longest prompt plus answer
     * @param replyTo gets exactly one {@link SubmitReply}
     */
    public record Task(
            GenerationRequest request,
            ServedModel served,
            long firstSequenceId,
            int contextTokens,
            Tokenizer tokenizer,
            Supplier<AdapterRegistry.Hold> hold,
            GenerationListener events,
            ActorRef<SubmitReply> replyTo) {}

    public static Behavior<Command> create(
            Task task, PromptEncoder encoder, ActorRef<EngineActor.Command> engine, ServingObserver observer) {
        return Behaviors.setup(context -> {
            List<SequenceRequest> sequences;
            AdapterRegistry.Hold hold;
            try {
                sequences = new SequencePlan(task, encoder).sequences();
                hold = AdapterHold.of(task.hold());
            } catch (SequencePlan.Refusal refusal) {
                observer.rejected(refusal.reason());
                task.replyTo().tell(refusal.reason());
                return Behaviors.stopped();
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
                context.getLog().error("a request could not be prepared", failure);
                var broken = new SubmitReply.Broken("the request could not be prepared: " + failure);
                observer.rejected(broken);
                task.replyTo().tell(broken);
                return Behaviors.stopped();
            }
            return new Generation(context, task, sequences, encoder.toolSyntax(), hold, engine, observer);
        });
    }

    private final Task task;
    private final List<SequenceRequest> sequences;
    private final ToolSyntax toolSyntax;
    private final AdapterRegistry.Hold hold;
    private final ActorRef<EngineActor.Command> engine;
    private final ServingObserver observer;
    private final List<Usage> usages = new ArrayList<>();
    private final long submittedNs = System.nanoTime();
    private final ActorRef<Command> self;
    /** Only for {@link #hear}. */
    private final BitSet begun = new BitSet();
    private boolean abandoned;
    private boolean accepted;

    private Generation(
            ActorContext<Command> context,
            Task task,
            List<SequenceRequest> sequences,
            ToolSyntax toolSyntax,
            AdapterRegistry.Hold hold,
            ActorRef<EngineActor.Command> engine,
            ServingObserver observer) {
        super(context);
        this.self = context.getSelf();
        this.task = task;
        this.sequences = sequences;
        this.toolSyntax = toolSyntax;
        this.hold = hold;
        this.engine = engine;
        this.observer = observer;
        for (int i = 0; i < sequences.size(); i++) {
            usages.add(null);
        }
        context.pipeToSelf(task.events().gone(), (gone, failure) -> Cancel.NOW);
        context.watch(engine);
        engine.tell(new EngineActor.Enqueue(
                sequences,
                this::hear,
                context.messageAdapter(EnqueueReply.class, Enqueued::new)));
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        try {
            return switch (message) {
                case Enqueued enqueued -> onEnqueued(enqueued.reply());
                case FromEngine event -> onEngine(event.event());
                case Failed failed -> broke(failed.cause());
                case Cancel cancel -> onCancel();
            };
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
            return broke(failure);
        }
    }

    private Behavior<Command> broke(Throwable failure) {
        getContext().getLog().error("a generation broke", failure);
        cancelAll();
        return end(new GenerationEvent.Broken(
                new QuernException(Category.FATAL, "the generation broke: " + failure, failure)));
    }

    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            hold.close();
        }
        return signal instanceof Terminated ? onEngineGone() : this;
    }

    private Behavior<Command> onEngineGone() {
        var cause = new QuernException(Category.RETRYABLE, "the engine is gone");
        if (!accepted) {
            task.replyTo().tell(new SubmitReply.NotReady(cause.getMessage()));
        }
        return end(new GenerationEvent.Broken(cause));
    }

    private Behavior<Command> onEnqueued(EnqueueReply reply) {
        return switch (reply) {
            case EngineActor.Enqueued enqueued -> {
                accepted = true;
                task.replyTo().tell(new SubmitReply.Accepted(
                        getContext().getSelf(),
                        task.request().handling().id(),
                        task.served().id(),
                        task.served().fingerprint(),
                        promptTokens(),
                        task.tokenizer(),
                        toolSyntax));
                yield this;
            }
            case EngineActor.NotEnqueued refused -> {
                SubmitReply.Rejected reason = reason(refused.cause());
                observer.rejected(reason);
                task.replyTo().tell(reason);
                yield Behaviors.stopped();
            }
        };
    }

    private SubmitReply.Rejected reason(QuernException cause) {
        if (!(cause instanceof RequestRefused refused)) {
            return new SubmitReply.NotReady(cause.getMessage());
        }
        return switch (refused.reason()) {
            case PROMPT_TOO_LONG -> new SubmitReply.PromptTooLong(longestPrompt(), task.contextTokens());
            case QUEUE_FULL, POOL_TOO_SMALL -> new SubmitReply.Overloaded(refused.getMessage());
            case UNKNOWN_ADAPTER -> new SubmitReply.UnknownModel(task.request().model());
            case INVALID -> new SubmitReply.Invalid("prompt", refused.getMessage());
        };
    }

    private Behavior<Command> onEngine(EngineEvent event) {
        return switch (event) {
            case EngineEvent.TokenProduced token -> this;
            case EngineEvent.Finished finished -> onFinished(finished);
            case EngineEvent.Failed failed -> onFailed(failed);
            case EngineEvent.Embedded embedded -> this;
            case EngineEvent.Scored scored -> this;
            case EngineEvent.WorkEnded ended -> this;
        };
    }

    /** Not on this actor's thread: tokens go straight to their reader, everything else waits its turn here. */
    private void hear(List<EngineEvent> events) {
        try {
            var pieces = new ArrayList<GenerationEvent>(events.size());
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced token) {
                    pieces.add(piece(token));
                }
            }
            if (!pieces.isEmpty()) {
                task.events().tell(pieces);
            }
            if (!(events.getLast() instanceof EngineEvent.TokenProduced)) {
                self.tell(new FromEngine(events.getLast()));
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
            self.tell(new Failed(failure));
        }
    }

    private GenerationEvent piece(EngineEvent.TokenProduced token) {
        int answer = answer(token.sequenceId());
        if (!begun.get(answer)) {
            begun.set(answer);
            observer.firstToken(Duration.ofNanos(System.nanoTime() - submittedNs));
        }
        return new GenerationEvent.Piece(answer, token.token(), token.text(), token.logprobs());
    }

    private Behavior<Command> onFinished(EngineEvent.Finished finished) {
        int answer = answer(finished.sequenceId());
        usages.set(answer, finished.usage());
        observer.answered(finished.reason());
        if (finished.reason() == FinishReason.CANCELLED && !abandoned) {
            cancelAll();
            return end(new GenerationEvent.Broken(
                    new QuernException(Category.RETRYABLE, "the generation was cancelled by the server")));
        }
        tell(new GenerationEvent.AnswerEnded(answer, finished.reason(), finished.text()));
        return usages.contains(null) ? this : end(new GenerationEvent.Completed(usage()));
    }

    private Behavior<Command> onFailed(EngineEvent.Failed failed) {
        cancelAll();
        return end(new GenerationEvent.Broken(failed.cause()));
    }

    /** Stays until the engine has confirmed, so that the router counts the sequences for as long as they run. */
    private Behavior<Command> onCancel() {
        if (!abandoned) {
            abandoned = true;
            cancelAll();
        }
        return this;
    }

    private void cancelAll() {
        for (int i = 0; i < sequences.size(); i++) {
            if (usages.get(i) == null) {
                engine.tell(new EngineActor.Cancel(sequences.get(i).id()));
            }
        }
    }

    private Behavior<Command> end(GenerationEvent.Terminal terminal) {
        switch (terminal) {
            case GenerationEvent.Completed completed ->
                observer.completed(completed.usage(), Duration.ofNanos(System.nanoTime() - submittedNs));
            case GenerationEvent.Broken broken -> observer.broken();
        }
        tell(terminal);
        return Behaviors.stopped();
    }

    private void tell(GenerationEvent event) {
        task.events().tell(List.of(event));
    }

    private int answer(long sequenceId) {
        return (int) Objects.checkIndex(sequenceId - task.firstSequenceId(), (long) usages.size());
    }

    private int promptTokens() {
        int sum = 0;
        for (int i = 0; i < sequences.size(); i += task.request().choices()) {
            sum += sequences.get(i).prompt().length;
        }
        return sum;
    }

    private int longestPrompt() {
        return sequences.stream().mapToInt(sequence -> sequence.prompt().length).max().orElse(0);
    }

    /** Prompts are counted once however many answers continue them. */
    private Usage usage() {
        int completion = 0;
        int cached = 0;
        for (int i = 0; i < usages.size(); i++) {
            completion += usages.get(i).completionTokens();
            cached += i % task.request().choices() == 0 ? usages.get(i).cachedTokens() : 0;
        }
        return new Usage(promptTokens(), completion, cached);
    }
}
