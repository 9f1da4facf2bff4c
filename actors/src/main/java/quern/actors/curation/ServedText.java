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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.DirectEngine;
import quern.actors.serving.Embedder;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.GenerationRouter;
import quern.actors.serving.Handling;
import quern.actors.serving.Prompt;
import quern.actors.serving.SubmitReply;
import quern.config.CurationConfig;
import quern.config.QuernException;
import quern.curation.GenerationException;
import quern.curation.GenerationException.Kind;
import quern.curation.RunException;
import quern.curation.TextGenerator;
import quern.curation.TextModel;
import quern.inference.cache.CacheTerms;
import quern.inference.engine.DeadlineExceeded;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.RequestRefused;
import quern.inference.engine.ServiceTier;
import quern.inference.engine.Terms;
import quern.inference.tokenizer.Tokenizer;

/**
 * The served model as one job's operators see it. Requests go to the engine as messages, as flexible ones that others
 * may go before, at most {@link CurationConfig#generationParallel} at a time; a crowded or failed engine is asked
 * again until the request's time is over. Closing it ends what is under way, and whoever waits gets a
 * {@link RunException}. Safe for any number of threads, which block.
 */
public final class ServedText implements TextGenerator, TextModel, AutoCloseable {

    private static final Duration SUBMIT_TIMEOUT = Duration.ofSeconds(30);
    private static final long AGAIN_MS = 200;
    private static final String SCHEMA_FIELD = "schema";

    private final CompletableFuture<ServedEngine> engine;
    private final CurationConfig config;
    private final Caller caller;
    private final Semaphore permits;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * @param engine completes when the actors are there
     * @param caller whose job it is
     */
    public ServedText(CompletableFuture<ServedEngine> engine, CurationConfig config, Caller caller) {
        this.engine = engine;
        this.config = config;
        this.caller = caller;
        this.permits = new Semaphore(config.generationParallel());
    }

    @Override
    public String name() {
        return running().parts().servedId();
    }

    @Override
    public Answer generate(Request request) {
        House.Running running = generating();
        return limited(deadline -> answer(running, request, deadline));
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        var embedders = running().parts().embedders();
        Embedder embedder = embedders.encoder().or(embedders::decoder).orElseThrow(
                () -> new RunException("the served model makes no embeddings"));
        return texts.stream().map(text -> limited(deadline -> vector(embedder, text, deadline))).toList();
    }

    @Override
    public double[] logLikelihoods(String context, String continuation) {
        House.Running running = generating();
        Tokenizer tokenizer = running.parts().model().tokenizer();
        int[] all = encode(tokenizer, context + continuation);
        int from = commonTokens(all, encode(tokenizer, context));
        if (all.length > running.parts().contextTokens()) {
            throw new GenerationException(Kind.TOO_LONG, all.length + " tokens, the context holds "
                    + running.parts().contextTokens());
        }
        int first = Math.max(from, 1);
        return first >= all.length ? new double[0] : limited(deadline -> scores(running, all, first, deadline));
    }

    @Override
    public String[] pieces(String text) {
        return generating().parts().model().tokenizer().pieces(text);
    }

    @Override
    public Optional<int[]> ends(String text) {
        return TokenEnds.of(generating().parts().model().tokenizer(), text);
    }

    /** A text longer than the context is read in windows of the context's length, each by itself. */
    @Override
    public double perplexity(String text) {
        House.Running running = generating();
        Tokenizer tokenizer = running.parts().model().tokenizer();
        int[] tokens = tokenizer.encode(text, false);
        int[] begin = tokenizer.beginToken().stream().toArray();
        int window = running.parts().contextTokens() - begin.length;
        double sum = 0;
        long count = 0;
        for (int at = 0; at < tokens.length; at += window) {
            int[] part = Arrays.copyOf(begin, begin.length + Math.min(window, tokens.length - at));
            System.arraycopy(tokens, at, part, begin.length, part.length - begin.length);
            if (part.length > 1) {
                double[] scores = limited(deadline -> scores(running, part, 1, deadline));
                sum += Arrays.stream(scores).sum();
                count += scores.length;
            }
        }
        return count == 0 ? 0 : Math.exp(-sum / count);
    }

    /** Ends what is under way. Idempotent. */
    @Override
    public void close() {
        closed.complete(null);
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

    private House.Running running() {
        return waitFor(engine().house().whenRunning().toCompletableFuture(), Long.MAX_VALUE,
                failure -> new RunException("no model is served: " + failure.getMessage(), failure));
    }

    private ServedEngine engine() {
        return waitFor(engine, Long.MAX_VALUE, failure -> new RunException("no actors: " + failure, failure));
    }

    private House.Running generating() {
        House.Running running = running();
        if (!running.parts().generates()) {
            throw new RunException("the served model " + running.parts().servedId()
                    + " is an encoder: it makes embeddings and generates nothing");
        }
        return running;
    }

    /** With a permit, until it succeeds, fails for good or its time is over. */
    private <T> T limited(Function<Long, T> call) {
        long deadline = System.nanoTime() + config.generationTimeout().toNanos();
        acquire(deadline);
        try {
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
        } finally {
            permits.release();
        }
    }

    private void acquire(long deadline) {
        try {
            while (!permits.tryAcquire(AGAIN_MS, TimeUnit.MILLISECONDS)) {
                requireOpen();
                if (System.nanoTime() - deadline > 0) {
                    throw new GenerationException(Kind.TIMEOUT, "no turn within " + config.generationTimeout());
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void rest(long deadline, QuernException cause) {
        requireOpen();
        if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MS) - deadline > 0) {
            throw new GenerationException(Kind.FAILED, cause.getMessage());
        }
        try {
            closed.get(AGAIN_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        requireOpen();
    }

    private void requireOpen() {
        if (closed.isDone()) {
            throw new RunException("the job ended");
        }
    }

    private static RunException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new RunException("interrupted while the model was asked", e);
    }

    private Answer answer(House.Running running, Request request, long deadline) {
        List<Map<String, Object>> messages = new ArrayList<>();
        request.messages().forEach(message ->
                messages.add(Map.of("role", message.role(), "content", message.content())));
        AnswerForm form = request.schema().<AnswerForm>map(schema -> new AnswerForm.Document(schema, SCHEMA_FIELD))
                .orElse(AnswerForm.Free.TEXT);
        var wanted = new GenerationRequest(running.parts().servedId(), List.of(new Prompt.Chat(messages, List.of())),
                Samplings.of(request, config.generationTokens()), 1, CacheTerms.of(caller.tenant()), caller, form,
                new Handling(Handling.newId(), terms(deadline)));
        var listener = new AnswerListener();
        try {
            AskPattern.<GenerationRouter.Command, SubmitReply>ask(engine().router(),
                    replyTo -> new GenerationRouter.Submit(wanted, listener, replyTo), SUBMIT_TIMEOUT,
                    engine().system().scheduler()).whenComplete((reply, failure) -> {
                        if (failure != null) {
                            listener.answer().completeExceptionally(failure);
                        } else if (reply instanceof SubmitReply.Rejected rejected) {
                            listener.answer().completeExceptionally(refusal(rejected));
                        }
                    });
            return waitFor(listener.answer(), deadline, ServedText::failure);
        } finally {
            listener.leave();
        }
    }

    private double[] scores(House.Running running, int[] tokens, int from, long deadline) {
        var direct = new DirectEngine(running.engine(), engine().system());
        return ((EngineEvent.Scored) terminal(direct, direct.score(tokens, from, terms(deadline)), deadline))
                .logprobs();
    }

    private float[] vector(Embedder embedder, String text, long deadline) {
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
        var direct = new DirectEngine(running().engine(), engine().system());
        return ((EngineEvent.Embedded) terminal(direct, direct.embed(embedder, tokens), deadline)).vector();
    }

    private EngineEvent.Terminal terminal(DirectEngine direct, DirectEngine.Running running, long deadline) {
        try {
            EngineEvent.Terminal last = waitFor(running.terminal(), deadline, ServedText::failure);
            if (last instanceof EngineEvent.Failed failed) {
                throw failure(failed.cause());
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
        long left = deadline == Long.MAX_VALUE ? Long.MAX_VALUE
                : Math.max(0, deadline - System.nanoTime()) + SUBMIT_TIMEOUT.toNanos();
        try {
            CompletableFuture.anyOf(future, closed).get(left, TimeUnit.NANOSECONDS);
            if (!future.isDone()) {
                requireOpen();
            }
            return future.join();
        } catch (TimeoutException e) {
            throw new GenerationException(Kind.TIMEOUT, "nothing within " + config.generationTimeout());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | CompletionException e) {
            throw failure.apply(Optional.ofNullable(e.getCause()).orElse(e));
        }
    }

    /** What to tell an operator; other retryable ones are tried again here. */
    private static QuernException failure(Throwable cause) {
        return switch (cause) {
            case GenerationException known -> known;
            case DeadlineExceeded late -> new GenerationException(Kind.TIMEOUT, late.getMessage());
            case RequestRefused refused -> switch (refused.reason()) {
                case PROMPT_TOO_LONG, POOL_TOO_SMALL ->
                    new GenerationException(Kind.TOO_LONG, refused.getMessage());
                case QUEUE_FULL -> new QuernException(
                        QuernException.Category.RETRYABLE, refused.getMessage(), refused);
                case INVALID, UNKNOWN_ADAPTER -> new GenerationException(Kind.REFUSED, refused.getMessage());
            };
            case QuernException other when other.category() == QuernException.Category.RETRYABLE -> other;
            case QuernException other -> new GenerationException(Kind.FAILED, other.getMessage());
            default -> new QuernException(QuernException.Category.RETRYABLE, cause.toString(), cause);
        };
    }

    private static QuernException refusal(SubmitReply.Rejected rejected) {
        return switch (rejected) {
            case SubmitReply.Overloaded busy -> new QuernException(QuernException.Category.RETRYABLE, busy.message());
            case SubmitReply.ModelLoading wait ->
                new QuernException(QuernException.Category.RETRYABLE, wait.message());
            case SubmitReply.ModelFailed failed -> new GenerationException(Kind.FAILED, failed.reason());
            case SubmitReply.NotReady not -> new QuernException(QuernException.Category.RETRYABLE, not.reason());
            case SubmitReply.PromptTooLong tooLong -> new GenerationException(Kind.TOO_LONG, tooLong.promptTokens()
                    + " tokens, the context holds " + tooLong.contextTokens());
            case SubmitReply.Invalid invalid -> new GenerationException(Kind.REFUSED, invalid.message());
            case SubmitReply.UnknownModel unknown -> new GenerationException(Kind.REFUSED, unknown.model());
            case SubmitReply.Broken broken -> new GenerationException(Kind.FAILED, broken.message());
        };
    }
}
