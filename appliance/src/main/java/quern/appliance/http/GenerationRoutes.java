package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Sink;
import quern.actors.serving.CancelReply;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.GenerationRouter;
import quern.actors.serving.Prompt;
import quern.actors.serving.SubmitReply;
import quern.config.EngineConfig;

/** {@code /v1/chat/completions} and {@code /v1/completions}. */
public final class GenerationRoutes {

    static final String CHAT = "/v1/chat/completions";
    static final String COMPLETIONS = "/v1/completions";
    private static final Duration SUBMIT_TIMEOUT = Duration.ofSeconds(60);
    private static final int RETRY_SECONDS = 1;
    /** Events beside the tokens: an end for each answer, one for the request, and some slack. */
    private static final int EVENTS_SPARE = 16;
    private static final int EVENTS_MAX = 1 << 22;

    private final Duration submitTimeout;
    private final ActorSystem<?> system;
    private final ActorRef<GenerationRouter.Command> router;
    private final ChatRequests chats;
    private final CompletionRequests completions;
    private final AttendedReply replies;
    private final int unreadTokensMax;

    /**
     * @param loadWait how long a request waits for its model
     * @param unreadTokensMax of a streamed answer
     */
    public GenerationRoutes(ActorSystem<?> system, ActorRef<GenerationRouter.Command> router, EngineConfig config,
            Duration loadWait, int toolsMax, int unreadTokensMax) {
        this.submitTimeout = SUBMIT_TIMEOUT.plus(loadWait);
        this.system = system;
        this.router = router;
        this.chats = new ChatRequests(config, toolsMax);
        this.completions = new CompletionRequests(config);
        this.replies = new AttendedReply(system);
        this.unreadTokensMax = unreadTokensMax;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", CHAT, Access.KEY, call -> generate(call, chats::read)),
                Route.of("POST", CHAT + "/{id}/cancel", Access.KEY,
                        call -> cancel(call, ChatRequests.ID_PREFIX, "chat.completion")),
                Route.of("POST", COMPLETIONS, Access.KEY, call -> generate(call, completions::read)),
                Route.of("POST", COMPLETIONS + "/{id}/cancel", Access.KEY,
                        call -> cancel(call, CompletionRequests.ID_PREFIX, "text_completion")));
    }

    private CompletionStage<HttpResponse> generate(Call call, BiFunction<Fields, Arrival, ParsedRequest> reader) {
        Arrival arrival = Arrival.of(call);
        return call.json().thenCompose(body -> {
            ParsedRequest parsed = reader.apply(body, arrival);
            int unreadMax = parsed.stream() ? unreadTokensMax : EVENTS_MAX;
            return start(parsed.request(), open(parsed.request(), unreadMax)).thenCompose(running -> {
                AnswerFormat format = parsed.format().apply(running.accepted());
                return parsed.stream()
                        ? replies.streamed(running, format)
                        : replies.whole(running, format, parsed.request().answers());
            });
        });
    }

    /** The request itself ends with the reason {@code cancelled} and what it has. */
    private CompletionStage<HttpResponse> cancel(Call call, String prefix, String object) {
        String id = call.id("id");
        String known = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
        return call.jsonOrEmpty().thenAccept(Fields::refuseOthers)
                .thenCompose(read -> AskPattern.<GenerationRouter.Command, CancelReply>ask(
                        router,
                        replyTo -> new GenerationRouter.Cancel(known, call.caller(), replyTo),
                        SUBMIT_TIMEOUT,
                        system.scheduler()))
                .thenApply(reply -> switch (reply) {
                    case CANCELLED -> Json.ok(
                            Json.object().put("id", id).put("object", object).put("status", "cancelled"));
                    case UNKNOWN -> throw ApiError.notFound(
                            "completion_not_found", "no completion '" + id + "' is at work");
                });
    }

    /** What such a body asks for. @throws ApiError 400 naming the field */
    ParsedRequest read(String path, Fields body, Arrival arrival) {
        return path.equals(CHAT) ? chats.read(body, arrival) : completions.read(body, arrival);
    }

    /**
     * The whole answer to a body that one of these routes would take, for callers without a connection.
     *
     * @param path {@code /v1/chat/completions} or {@code /v1/completions}
     */
    Answering answer(String path, Fields body, Arrival arrival) {
        ParsedRequest parsed = read(path, body, arrival);
        AnswerStream stream = open(parsed.request(), EVENTS_MAX);
        CompletionStage<ObjectNode> result = start(parsed.request(), stream)
                .thenCompose(running -> running.answer().events()
                .runWith(Sink.fold(new AnswerSet(parsed.request().answers()), AnswerSet::addAll), system)
                .thenApply(parsed.format().apply(running.accepted())::whole));
        return new Answering(result.toCompletableFuture(), stream::abandon);
    }

    /** @param answer abandoning it, or ceasing to read it, ends the generation */
    record Running(SubmitReply.Accepted accepted, AnswerStream answer) {}

    private static AnswerStream open(GenerationRequest request, int unreadMax) {
        long events = (long) request.answers() * (Math.min(request.sampling().maxTokens(), EVENTS_MAX) + 2L)
                + EVENTS_SPARE;
        return new AnswerStream((int) Math.min(events, unreadMax));
    }

    private CompletionStage<Running> start(GenerationRequest request, AnswerStream stream) {
        return AskPattern.<GenerationRouter.Command, SubmitReply>ask(
                        router,
                        replyTo -> new GenerationRouter.Submit(request, stream, replyTo),
                        submitTimeout,
                        system.scheduler())
                .thenApply(reply -> switch (reply) {
                    case SubmitReply.Accepted accepted -> new Running(accepted, stream);
                    case SubmitReply.Rejected rejected -> throw refusal(rejected, field(request));
                })
                .whenComplete((running, failure) -> {
                    if (failure != null) {
                        stream.abandon();
                    }
                });
    }

    private static String field(GenerationRequest request) {
        return request.prompts().getFirst() instanceof Prompt.Chat ? "messages" : "prompt";
    }

    /** @param field that holds what is to be read */
    static ApiError refusal(SubmitReply.Rejected rejected, String field) {
        return switch (rejected) {
            case SubmitReply.Overloaded overloaded -> ApiError.overloaded(overloaded.message(), RETRY_SECONDS);
            case SubmitReply.UnknownModel unknown -> ApiError.unknownModel(unknown.model());
            case SubmitReply.PromptTooLong tooLong -> ApiError.badField(
                    field, "context_length_exceeded", "the prompt has " + tooLong.promptTokens()
                            + " tokens, the context holds " + tooLong.contextTokens()
                            + " for prompt and answer together");
            case SubmitReply.Invalid invalid -> ApiError.badField(invalid.field(), invalid.message());
            case SubmitReply.ModelLoading loading ->
                ApiError.unavailable("model_loading", loading.message(), loading.retrySeconds());
            case SubmitReply.ModelFailed failed ->
                ApiError.unavailable(ApiError.MODEL_FAILED, failed.reason(), failed.retrySeconds());
            case SubmitReply.NotReady notReady -> ApiError.unavailable(notReady.reason(), RETRY_SECONDS);
            case SubmitReply.Broken broken -> ApiError.internal(broken.message());
        };
    }
}
