package quern.actors.serving;

import java.time.Duration;
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
import quern.actors.House;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineParts;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelHold;
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

    /** Something for a model to do. */
    private sealed interface Request extends Command {

        String model();

        Caller caller();

        /** See {@link Handling}. */
        Optional<Duration> keepAlive();

        void refuse(SubmitReply.Rejected reason);
    }

    /**
     * @param events gets the events of an accepted request; its end cancels the request
     * @param replyTo gets exactly one {@link SubmitReply}
     */
    public record Submit(
            GenerationRequest request, GenerationListener events, ActorRef<SubmitReply> replyTo)
            implements Request {

        @Override
        public String model() {
            return request.model();
        }

        @Override
        public Caller caller() {
            return request.caller();
        }

        @Override
        public Optional<Duration> keepAlive() {
            return request.handling().keepAlive();
        }

        @Override
        public void refuse(SubmitReply.Rejected reason) {
            replyTo.tell(reason);
        }
    }

    /**
     * @param events gets the one event of an accepted request; its end cancels the request
     * @param replyTo gets exactly one {@link EmbedReply}
     */
    public record Embed(EmbeddingRequest request, ActorRef<EmbeddingEvent> events, ActorRef<EmbedReply> replyTo)
            implements Request {

        @Override
        public String model() {
            return request.model();
        }

        @Override
        public Caller caller() {
            return request.caller();
        }

        @Override
        public Optional<Duration> keepAlive() {
            return request.keepAlive();
        }

        @Override
        public void refuse(SubmitReply.Rejected reason) {
            replyTo.tell(new EmbedReply.Refused(reason));
        }
    }

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
            Embedders embedders) {

        /** What a loaded model gives. */
        public static Serving of(House.Running running, int requestsMax) {
            EngineParts parts = running.parts();
            return new Serving(running.engine(), parts.model().tokenizer(), parts.encoder(), running.models(),
                    parts.contextTokens(), requestsMax, parts.embedders());
        }
    }

    /** A request's model is there, or is not. */
    private record Answered(Request request, ModelFleet.Reply reply) implements Command {}

    /** Of one model alone. */
    public static Behavior<Command> create(ServingObserver observer) {
        return Behaviors.setup(context -> new GenerationRouter(context, observer, Optional.empty()));
    }

    /** @param others loaded when they are asked for */
    public static Behavior<Command> create(ServingObserver observer, OtherModels others) {
        return Behaviors.setup(context -> new GenerationRouter(context, observer, Optional.of(others)));
    }

    private final ServingObserver observer;
    private final Optional<OtherModels> others;
    private Optional<Serving> serving = Optional.empty();
    private String shutReason = "the model is loading";
    private long nextSequenceId = 1;
    private int active;
    private final Map<String, AtWork> atWork = new HashMap<>();

    private final Map<ActorRef<?>, ModelHold> holds = new HashMap<>();

    private record AtWork(ActorRef<Generation.Command> generation, String keyId) {}

    private GenerationRouter(
            ActorContext<Command> context, ServingObserver observer, Optional<OtherModels> others) {
        super(context);
        this.observer = observer;
        this.others = others;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Request request -> onRequest(request);
            case Cancel cancel -> onCancel(cancel);
            case Open open -> onOpen(open);
            case Shut shut -> onShut(shut);
            case Answered answered -> onAnswered(answered);
        };
    }

    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof Terminated ended) {
            active--;
            Optional.ofNullable(holds.remove(ended.getRef())).ifPresent(ModelHold::close);
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

    private Behavior<Command> onRequest(Request request) {
        attempt(request, () -> {
            if (serving.isEmpty()) {
                throw new Refusal(new SubmitReply.NotReady(shutReason));
            }
            if (active >= serving.get().requestsMax()) {
                throw new Refusal(new SubmitReply.Overloaded(
                        active + " requests are at work, at most " + serving.get().requestsMax()));
            }
            Optional<ServedModel> served = serving.get().models().find(request.model(), request.caller());
            if (served.isPresent()) {
                begin(request, serving.get(), served.get());
            } else {
                awaitOther(request);
            }
        });
        return this;
    }

    /** Until the answer it counts as at work. */
    private void awaitOther(Request request) throws Refusal {
        Refusal unknown = new Refusal(new SubmitReply.UnknownModel(request.model()));
        OtherModels beside = others.orElseThrow(() -> unknown);
        String base = beside.names().base(request.model(), request.caller()).orElseThrow(() -> unknown).name();
        ActorRef<Command> self = getContext().getSelf();
        active++;
        beside.fleet().tell(new ModelFleet.Acquire(base, ModelFleet.Use.REQUEST, request.keepAlive(), beside.waitMax(),
                reply -> self.tell(new Answered(request, reply))));
    }

    private Behavior<Command> onAnswered(Answered answered) {
        active--;
        Request request = answered.request();
        attempt(request, () -> {
            switch (answered.reply()) {
                case ModelFleet.Held(ModelHold hold) -> begin(request, hold);
                case ModelFleet.Loading(String message, int seconds) ->
                    throw new Refusal(new SubmitReply.ModelLoading(message, seconds));
                case ModelFleet.Failed(String reason, int seconds) ->
                    throw new Refusal(new SubmitReply.ModelFailed(reason, seconds));
                case ModelFleet.Unknown unknown ->
                    throw new Refusal(new SubmitReply.UnknownModel(request.model()));
            }
        });
        return this;
    }

    private void begin(Request request, ModelHold hold) throws Refusal {
        boolean begun = false;
        try {
            if (serving.isEmpty()) {
                throw new Refusal(new SubmitReply.NotReady(shutReason));
            }
            ServedModel served = hold.running().models().find(request.model(), request.caller())
                    .orElseThrow(() -> new Refusal(new SubmitReply.UnknownModel(request.model())));
            holds.put(begin(request, Serving.of(hold.running(), others.orElseThrow().requestsMax()), served), hold);
            begun = true;
        } finally {
            if (!begun) {
                hold.close();
            }
        }
    }

    /** @return what ends with the request */
    private ActorRef<?> begin(Request request, Serving with, ServedModel served) throws Refusal {
        return switch (request) {
            case Submit submit -> start(submit, with, served);
            case Embed embed -> start(embed, with, served);
        };
    }

    private interface Attempt {
        void run() throws Refusal;
    }

    private void attempt(Request request, Attempt attempt) {
        try {
            attempt.run();
        } catch (Refusal refusal) {
            observer.rejected(refusal.reason());
            request.refuse(refusal.reason());
        } catch (RuntimeException failure) {
            getContext().getLog().error("a request could not be routed", failure);
            var broken = new SubmitReply.Broken("the request could not be routed: " + failure);
            observer.rejected(broken);
            request.refuse(broken);
        }
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

    private ActorRef<Embedding.Command> start(Embed embed, Serving open, ServedModel served) throws Refusal {
        EmbeddingRequest request = embed.request();
        Embedder embedder = open.embedders().of(served).orElseThrow(() -> new Refusal(new SubmitReply.Invalid(
                "model", "the model '" + served.id() + "' makes no embeddings")));
        var task = new Embedding.Task(
                request, served, embedder, nextSequenceId, () -> open.models().hold(served),
                embed.events(), embed.replyTo());
        nextSequenceId += request.inputs().size();
        active++;
        ActorRef<Embedding.Command> embedding = getContext().spawnAnonymous(
                Embedding.create(task, open.engine(), observer), DispatcherSelector.fromConfig(
                        open.models().atHand(served) ? TEXT_DISPATCHER : IO_DISPATCHER));
        getContext().watch(embedding);
        return embedding;
    }

    private ActorRef<Generation.Command> start(Submit submit, Serving open, ServedModel served) throws Refusal {
        GenerationRequest request = submit.request();
        if (served.encoder()) {
            throw new Refusal(new SubmitReply.Invalid("model", "the model '" + served.id()
                    + "' is an encoder: it makes embeddings (/v1/embeddings) and generates nothing"));
        }
        if (atWork.containsKey(request.handling().id())) {
            throw new Refusal(new SubmitReply.Invalid(
                    "X-Request-Id", "a request with the id '" + request.handling().id() + "' is at work"));
        }
        var task = new Generation.Task(request, served, nextSequenceId, open.contextTokens(),
                open.tokenizer(), () -> open.models().hold(served), submit.events(), submit.replyTo());
        nextSequenceId += request.answers();
        active++;
        String dispatcher = !open.models().atHand(served) ? IO_DISPATCHER
                : request.form() instanceof AnswerForm.Free ? TEXT_DISPATCHER : FORM_DISPATCHER;
        ActorRef<Generation.Command> generation = getContext().spawnAnonymous(
                Generation.create(task, open.encoder(), open.engine(), observer),
                DispatcherSelector.fromConfig(dispatcher));
        getContext().watch(generation);
        atWork.put(request.handling().id(), new AtWork(generation, request.caller().keyId()));
        return generation;
    }
}
