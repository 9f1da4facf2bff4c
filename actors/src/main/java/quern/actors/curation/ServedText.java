package quern.actors.curation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelHold;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.DirectEngine;
import quern.actors.serving.Embedder;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.GenerationRouter;
import quern.actors.serving.Handling;
import quern.actors.serving.Prompt;
import quern.actors.serving.ServedModel;
import quern.actors.serving.SubmitReply;
import quern.config.CurationConfig;
import quern.config.QuernException;
import quern.curation.GenerationException;
import quern.curation.GenerationException.Kind;
import quern.curation.RunException;
import quern.curation.TextGenerator;
import quern.curation.TextModel;
import quern.curation.Turns;
import quern.inference.AdapterRegistry;
import quern.inference.cache.CacheTerms;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.ServiceTier;
import quern.inference.engine.Terms;
import quern.inference.sampling.SamplingParameters;
import quern.inference.tokenizer.Tokenizer;

/**
 * The served models as one job's operators see them: the one that is served from the start, and any other that the
 * job's owner can name, loaded for each question that finds it away. Requests go to the engine as messages, as flexible
 * ones that others may go before, at most {@link CurationConfig#generationParallel} at a time; a crowded or failed
 * engine is asked again until the request's time is over. Closing it ends what is under way, and whoever waits gets a
 * {@link RunException}. Safe for any number of threads, which block.
 */
public final class ServedText implements TextGenerator, TextModel, AutoCloseable {

    private static final Duration SUBMIT_TIMEOUT = Duration.ofSeconds(30);
    private static final String SCHEMA_FIELD = "schema";

    private final CompletableFuture<ServedEngine> engine;
    private final CurationConfig config;
    private final Caller caller;
    private final Turns turns;
    /** Absent: the one that is served from the start. */
    private final Optional<String> model;

    /**
     * @param engine completes when the actors are there
     * @param caller whose job it is
     */
    public ServedText(CompletableFuture<ServedEngine> engine, CurationConfig config, Caller caller) {
        this(engine, config, caller, new Turns(config.generationParallel(), config.generationTimeout()),
                Optional.empty());
    }

    private ServedText(CompletableFuture<ServedEngine> engine, CurationConfig config, Caller caller, Turns turns,
            Optional<String> model) {
        this.engine = engine;
        this.config = config;
        this.caller = caller;
        this.turns = turns;
        this.model = model;
    }

    @Override
    public String name() {
        return model.orElseGet(() -> standing().parts().servedId());
    }

    /** It takes its turns with this one, and ends with it. */
    @Override
    public Optional<TextGenerator> named(String other) {
        return other(other).map(found -> found);
    }

    /** As {@link #named}. */
    public Optional<ServedText> other(String name) {
        boolean known = standing().models().find(name, caller).isPresent()
                || engine().house().names().base(name, caller).isPresent();
        return known ? Optional.of(new ServedText(engine, config, caller, turns, Optional.of(name))) : Optional.empty();
    }

    @Override
    public List<String> names() {
        return Stream.concat(standing().models().list(caller).stream().map(ServedModel::id),
                engine().house().names().names(caller).stream()).distinct().toList();
    }

    @Override
    public Answer generate(Request request) {
        // Its request holds the model itself; this one only waits until it is loaded, whatever time that takes.
        String name = with(asked -> generating(asked).name());
        return limited(deadline -> answer(name, request, deadline));
    }

    /** The likeliest text behind another, which is put to the model as it is. */
    public Answer goOn(String text, int tokensMax) {
        String name = with(asked -> generating(asked).name());
        var sampling = Samplings.of(
                new Request(List.of(), Sampling.UNSET.withTokensMax(tokensMax), Optional.empty()), tokensMax);
        return limited(deadline ->
                answer(name, new Prompt.Text(text), sampling, AnswerForm.Free.TEXT, deadline));
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return with(asked -> {
            var embedders = asked.running().parts().embedders();
            Embedder embedder = asked.served().map(embedders::of)
                    .orElseGet(() -> embedders.encoder().or(embedders::decoder))
                    .orElseThrow(() -> new RunException("the model " + asked.name() + " makes no embeddings"));
            return texts.stream().map(text -> limited(deadline -> vector(asked, embedder, text, deadline))).toList();
        });
    }

    @Override
    public double[] logLikelihoods(String context, String continuation) {
        return with(asked -> {
            Tokenizer tokenizer = generating(asked).tokenizer();
            int[] all = encode(tokenizer, context + continuation);
            int from = commonTokens(all, encode(tokenizer, context));
            if (all.length > asked.running().parts().contextTokens()) {
                throw new GenerationException(Kind.TOO_LONG, all.length + " tokens, the context holds "
                        + asked.running().parts().contextTokens());
            }
            int first = Math.max(from, 1);
            return first >= all.length ? new double[0] : limited(deadline -> scores(asked, all, first, deadline));
        });
    }

    @Override
    public String[] pieces(String text) {
        return with(asked -> generating(asked).tokenizer().pieces(text));
    }

    @Override
    public Optional<int[]> ends(String text) {
        return with(asked -> TokenEnds.of(generating(asked).tokenizer(), text));
    }

    /** A text longer than the context is read in windows of the context's length, each by itself. */
    @Override
    public double perplexity(String text) {
        return with(asked -> perplexity(generating(asked), text));
    }

    private double perplexity(Asked asked, String text) {
        Tokenizer tokenizer = asked.tokenizer();
        int[] tokens = tokenizer.encode(text, false);
        int[] begin = tokenizer.beginToken().stream().toArray();
        int window = asked.running().parts().contextTokens() - begin.length;
        double sum = 0;
        long count = 0;
        for (int at = 0; at < tokens.length; at += window) {
            int[] part = Arrays.copyOf(begin, begin.length + Math.min(window, tokens.length - at));
            System.arraycopy(tokens, at, part, begin.length, part.length - begin.length);
            if (part.length > 1) {
                double[] scores = limited(deadline -> scores(asked, part, 1, deadline));
                sum += Arrays.stream(scores).sum();
                count += scores.length;
            }
        }
        return count == 0 ? 0 : Math.exp(-sum / count);
    }

    /** Ends what is under way. Idempotent. */
    @Override
    public void close() {
        turns.close();
    }

    private static int[] encode(Tokenizer tokenizer, String text) {
        try {
            return tokenizer.encode(text, true);
        } catch (QuernException tooLong) {
            throw new GenerationException(Kind.TOO_LONG, tooLong.getMessage());
        }
    }

    private static int commonTokens(int[] a, int[] b) {
        int first = Arrays.mismatch(a, b);
        return first < 0 ? a.length : first;
    }

    /**
     * What is asked.
     *
     * @param served absent: the base weights of what is served from the start
     */
    private record Asked(House.Running running, Optional<ServedModel> served) {

        String name() {
            return served.map(ServedModel::id).orElseGet(() -> running.parts().servedId());
        }

        Tokenizer tokenizer() {
            return running.parts().model().tokenizer();
        }

        Optional<String> adapter() {
            return served.flatMap(ServedModel::adapter);
        }
    }

    /** With the model loaded, which it stays meanwhile, and its adapter in memory. */
    private <T> T with(Function<Asked, T> use) {
        House.Running standing = standing();
        if (model.isEmpty()) {
            return use.apply(new Asked(standing, Optional.empty()));
        }
        if (standing.models().find(model.get(), caller).isPresent()) {
            return with(standing, use);
        }
        House house = engine().house();
        String base = house.names().base(model.get(), caller).orElseThrow(this::gone).name();
        CompletableFuture<ModelHold> asked = house.hold(base, ModelFleet.Use.REQUEST).toCompletableFuture();
        try (ModelHold hold = waitFor(asked, Long.MAX_VALUE, failure -> new RunException(
                "the model '" + model.get() + "' cannot be had: " + failure.getMessage(), failure))) {
            return with(hold.running(), use);
        } finally {
            asked.thenAccept(ModelHold::close);
        }
    }

    private <T> T with(House.Running running, Function<Asked, T> use) {
        ServedModel served = running.models().find(model.orElseThrow(), caller).orElseThrow(this::gone);
        try (AdapterRegistry.Hold _ = held(running, served)) {
            return use.apply(new Asked(running, Optional.of(served)));
        }
    }

    private static AdapterRegistry.Hold held(House.Running running, ServedModel served) {
        try {
            return running.models().hold(served);
        } catch (QuernException e) {
            throw new GenerationException(Kind.FAILED, e.getMessage());
        }
    }

    private RunException gone() {
        return new RunException("the model '" + model.orElseThrow() + "' is not here any more");
    }

    private House.Running standing() {
        return waitFor(engine().house().whenRunning().toCompletableFuture(), Long.MAX_VALUE,
                failure -> new RunException("no model is served: " + failure.getMessage(), failure));
    }

    private ServedEngine engine() {
        return waitFor(engine, Long.MAX_VALUE, failure -> new RunException("no actors: " + failure, failure));
    }

    private static Asked generating(Asked asked) {
        if (!asked.running().parts().generates() || asked.served().filter(ServedModel::encoder).isPresent()) {
            throw new RunException("the served model " + asked.name()
                    + " is an encoder: it makes embeddings and generates nothing");
        }
        return asked;
    }

    /** With a turn, until it succeeds, fails for good or its time is over. */
    private <T> T limited(Function<Long, T> call) {
        long deadline = turns.deadline();
        return turns.take(deadline, () -> {
            while (true) {
                try {
                    return call.apply(deadline);
                } catch (QuernException e) {
                    if (e instanceof GenerationException || e instanceof RunException
                            || e.category() != QuernException.Category.RETRYABLE) {
                        throw e;
                    }
                    rest(deadline, e);
                }
            }
        });
    }

    private void rest(long deadline, QuernException cause) {
        turns.requireOpen();
        if (Turns.leftMs(deadline) < Turns.AGAIN_MS) {
            throw new GenerationException(Kind.FAILED, cause.getMessage());
        }
        turns.rest(Turns.AGAIN_MS);
    }

    private Answer answer(String name, Request request, long deadline) {
        List<Map<String, Object>> messages = new ArrayList<>();
        request.messages().forEach(message ->
                messages.add(Map.of("role", message.role(), "content", message.content())));
        AnswerForm form = request.schema().<AnswerForm>map(schema -> new AnswerForm.Document(schema, SCHEMA_FIELD))
                .orElse(AnswerForm.Free.TEXT);
        return answer(name, new Prompt.Chat(messages, List.of()),
                Samplings.of(request, config.generationTokens()), form, deadline);
    }

    private Answer answer(
            String name, Prompt prompt, SamplingParameters sampling, AnswerForm form, long deadline) {
        var wanted = new GenerationRequest(name, List.of(prompt), sampling, 1, CacheTerms.of(caller.tenant()), caller,
                form, new Handling(Handling.newId(), terms(deadline)));
        var listener = new AnswerListener();
        try {
            AskPattern.<GenerationRouter.Command, SubmitReply>ask(engine().router(),
                    replyTo -> new GenerationRouter.Submit(wanted, listener, replyTo), SUBMIT_TIMEOUT,
                    engine().system().scheduler()).whenComplete((reply, failure) -> {
                        if (failure != null) {
                            listener.answer().completeExceptionally(failure);
                        } else if (reply instanceof SubmitReply.Rejected rejected) {
                            listener.answer().completeExceptionally(Failures.of(rejected));
                        }
                    });
            return waitFor(listener.answer(), deadline, Failures::of);
        } finally {
            listener.leave();
        }
    }

    private double[] scores(Asked asked, int[] tokens, int from, long deadline) {
        var direct = new DirectEngine(asked.running().engine(), engine().system());
        DirectEngine.Running scoring = direct.score(tokens, from, asked.adapter(), terms(deadline));
        return ((EngineEvent.Scored) terminal(direct, scoring, deadline)).logprobs();
    }

    private float[] vector(Asked asked, Embedder embedder, String text, long deadline) {
        int[] tokens;
        try {
            tokens = embedder.tokens().encode(new Prompt.Text(text));
        } catch (QuernException e) {
            throw new GenerationException(Kind.REFUSED, e.getMessage());
        }
        if (tokens.length == 0) {
            throw new GenerationException(Kind.REFUSED, "the text has no tokens");
        }
        if (tokens.length > embedder.contextTokens()) {
            throw new GenerationException(Kind.TOO_LONG, tokens.length + " tokens, at most "
                    + embedder.contextTokens());
        }
        var direct = new DirectEngine(asked.running().engine(), engine().system());
        return ((EngineEvent.Embedded) terminal(direct, direct.embed(embedder, tokens), deadline)).vector();
    }

    private EngineEvent.Terminal terminal(DirectEngine direct, DirectEngine.Running running, long deadline) {
        try {
            EngineEvent.Terminal last = waitFor(running.terminal(), deadline, Failures::of);
            if (last instanceof EngineEvent.Failed failed) {
                throw Failures.of(failed.cause());
            }
            if (last instanceof EngineEvent.Finished) {
                throw new QuernException(QuernException.Category.RETRYABLE, "cancelled by the server");
            }
            return last;
        } finally {
            if (!running.terminal().isDone()) {
                direct.cancel(running);
            }
        }
    }

    private static Terms terms(long deadline) {
        return new Terms(ServiceTier.FLEX, OptionalLong.of(deadline));
    }

    /** @param deadline {@link Long#MAX_VALUE}: none */
    private <T> T waitFor(
            CompletableFuture<T> future, long deadline, Function<Throwable, QuernException> failure) {
        long leftMs = deadline == Long.MAX_VALUE ? Long.MAX_VALUE
                : Math.max(0, Turns.leftMs(deadline)) + SUBMIT_TIMEOUT.toMillis();
        try {
            return turns.await(future, leftMs);
        } catch (ExecutionException | CompletionException e) {
            throw failure.apply(Optional.ofNullable(e.getCause()).orElse(e));
        }
    }
}
