package quern.actors.serving;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.Caller;
import quern.actors.engine.EngineActor;
import quern.actors.serving.SequencePlan.Refusal;
import quern.inference.tokenizer.Tokenizer;

/** Takes requests in: resolves the model, bounds how many are at work, starts a {@link Generation} for each. */
public final class GenerationRouter extends AbstractMatchingBehavior<GenerationRouter.Command> {

    /** Dispatcher of tokenizers and templates. */
    private static final String TEXT_DISPATCHER = "quern-text";
    /** Where forms are compiled: that must not keep other requests waiting. */
    private static final String FORM_DISPATCHER = "quern-form";
    /** Where adapters are read that are not in memory. */
    private static final String IO_DISPATCHER = "quern-io";

    public sealed interface Command {}

    /**
     * @param events gets the events of an accepted request; its end cancels the request
     * @param replyTo gets exactly one {@link SubmitReply}
     */
    public record Submit(
            GenerationRequest request, GenerationListener events, ActorRef<SubmitReply> replyTo)
            implements Command {}

    /**
     * @param events gets the one event of an accepted request; its end cancels the request
     * @param replyTo gets exactly one {@link EmbedReply}
     */
    public record Embed(EmbeddingRequest request, ActorRef<EmbeddingEvent> events, ActorRef<EmbedReply> replyTo)
            implements Command {}

    /**
     * Ends a request whose caller {@code caller} sees; its events go on to the end that comes of it.
     *
     * @param id see {@link Handling}
     */
    public record Cancel(String id, Caller caller, ActorRef<CancelReply> replyTo) implements Command {}

    /** The model can be used from now on. */
    public record Open(Serving serving) implements Command {}

    /** It cannot; later requests are told why. */
    public record Shut(String reason) implements Command {}

    /**
     * What requests are served with.
     *
     * @param contextTokens longest prompt plus answer
     * @param requestsMax requests at work at once, running or waiting
     */
    public record Serving(
            ActorRef<EngineActor.Command> engine,
            Tokenizer tokenizer,
            PromptEncoder encoder,
            ModelDirectory models,
            int contextTokens,
            int requestsMax,
            Embedders embedders) {}

    public static Behavior<Command> create(ServingObserver observer) {
        return Behaviors.setup(context -> new GenerationRouter(context, observer));
    }

    private final ServingObserver observer;
    private Optional<Serving> serving = Optional.empty();
    private String shutReason = "the model is loading";
    private long nextSequenceId = 1;
    private int active;
    private final Map<String, AtWork> atWork = new HashMap<>();

    private record AtWork(ActorRef<Generation.Command> generation, String keyId) {}

    private GenerationRouter(ActorContext<Command> context, ServingObserver observer) {
        super(context);
        this.observer = observer;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Submit submit -> onSubmit(submit);
            case Embed embed -> onEmbed(embed);
            case Cancel cancel -> onCancel(cancel);
            case Open open -> onOpen(open);
            case Shut shut -> onShut(shut);
        };
    }

    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof Terminated ended) {
            active--;
            atWork.values().removeIf(one -> one.generation().equals(ended.getRef()));
        }
        return this;
    }

    private Behavior<Command> onOpen(Open open) {
        serving = Optional.of(open.serving());
        return this;
    }

    private Behavior<Command> onShut(Shut shut) {
        serving = Optional.empty();
        shutReason = shut.reason();
        return this;
    }

    private Behavior<Command> onSubmit(Submit submit) {
        GenerationRequest request = submit.request();
        try {
            ServedModel served = served(request.model(), request.caller());
            if (served.encoder()) {
                throw new Refusal(new SubmitReply.Invalid("model", "the model '" + served.id()
                        + "' is an encoder: it makes embeddings (/v1/embeddings) and generates nothing"));
            }
            if (atWork.containsKey(request.handling().id())) {
                throw new Refusal(new SubmitReply.Invalid(
                        "X-Request-Id", "a request with the id '" + request.handling().id() + "' is at work"));
            }
            start(submit, serving.orElseThrow(), served);
        } catch (Refusal refusal) {
            observer.rejected(refusal.reason());
            submit.replyTo().tell(refusal.reason());
        } catch (RuntimeException failure) {
            submit.replyTo().tell(broken(failure));
        }
        return this;
    }

    private Behavior<Command> onCancel(Cancel cancel) {
        AtWork found = atWork.get(cancel.id());
        boolean visible = found != null && cancel.caller().sees(found.keyId());
        if (visible) {
            found.generation().tell(Generation.Cancel.NOW);
        }
        cancel.replyTo().tell(visible ? CancelReply.CANCELLED : CancelReply.UNKNOWN);
        return this;
    }

    private Behavior<Command> onEmbed(Embed embed) {
        EmbeddingRequest request = embed.request();
        try {
            ServedModel served = served(request.model(), request.caller());
            Serving open = serving.orElseThrow();
            Embedder embedder = open.embedders().of(served).orElseThrow(() -> new Refusal(new SubmitReply.Invalid(
                    "model", "the model '" + served.id() + "' makes no embeddings")));
            var task = new Embedding.Task(
                    request, served, embedder, nextSequenceId, () -> open.models().hold(served),
                    embed.events(), embed.replyTo());
            nextSequenceId += request.inputs().size();
            active++;
            getContext().watch(getContext().spawnAnonymous(
                    Embedding.create(task, open.engine(), observer), DispatcherSelector.fromConfig(
                            open.models().atHand(served) ? TEXT_DISPATCHER : IO_DISPATCHER)));
        } catch (Refusal refusal) {
            observer.rejected(refusal.reason());
            embed.replyTo().tell(new EmbedReply.Refused(refusal.reason()));
        } catch (RuntimeException failure) {
            embed.replyTo().tell(new EmbedReply.Refused(broken(failure)));
        }
        return this;
    }

    private SubmitReply.Broken broken(RuntimeException failure) {
        getContext().getLog().error("a request could not be routed", failure);
        var broken = new SubmitReply.Broken("the request could not be routed: " + failure);
        observer.rejected(broken);
        return broken;
    }

    /** What a request of this caller is served by, if one more request can be. */
    private ServedModel served(String model, Caller caller) throws Refusal {
        if (serving.isEmpty()) {
            throw new Refusal(new SubmitReply.NotReady(shutReason));
        }
        if (active >= serving.get().requestsMax()) {
            throw new Refusal(new SubmitReply.Overloaded(
                    active + " requests are at work, at most " + serving.get().requestsMax()));
        }
        return serving.get().models().find(model, caller)
                .orElseThrow(() -> new Refusal(new SubmitReply.UnknownModel(model)));
    }

    private void start(Submit submit, Serving open, ServedModel served) {
        var task = new Generation.Task(submit.request(), served, nextSequenceId, open.contextTokens(),
                open.tokenizer(), () -> open.models().hold(served), submit.events(), submit.replyTo());
        nextSequenceId += submit.request().answers();
        active++;
        String dispatcher = !open.models().atHand(served) ? IO_DISPATCHER
                : submit.request().form() instanceof AnswerForm.Free ? TEXT_DISPATCHER : FORM_DISPATCHER;
        ActorRef<Generation.Command> generation = getContext().spawnAnonymous(
                Generation.create(task, open.encoder(), open.engine(), observer),
                DispatcherSelector.fromConfig(dispatcher));
        getContext().watch(generation);
        atWork.put(submit.request().handling().id(),
                new AtWork(generation, submit.request().caller().keyId()));
    }
}
