package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Sink;
import quern.actors.Caller;
import quern.actors.serving.EmbedReply;
import quern.actors.serving.EmbeddingEvent;
import quern.actors.serving.GenerationRouter;
import quern.actors.serving.SubmitReply;
import quern.config.EngineConfig;
import quern.config.QuernException;

/** {@code /v1/embeddings}. */
public final class EmbeddingRoutes {

    static final String PATH = "/v1/embeddings";

    private static final Duration SUBMIT_TIMEOUT = Duration.ofSeconds(60);

    private final Duration submitTimeout;
    private final ActorSystem<?> system;
    private final ActorRef<GenerationRouter.Command> router;
    private final int inputsMax;
    private final AttendedReply replies;

    public EmbeddingRoutes(
            ActorSystem<?> system, ActorRef<GenerationRouter.Command> router, EngineConfig config,
            Duration loadWait) {
        this.submitTimeout = SUBMIT_TIMEOUT.plus(loadWait);
        this.system = system;
        this.router = router;
        this.inputsMax = config.embeddingInputsMax();
        this.replies = new AttendedReply(system);
    }

    public List<Route> routes() {
        return List.of(Route.of("POST", PATH, Access.KEY, this::embed));
    }

    private record Running(CompletableFuture<ObjectNode> result, Runnable abandon) {}

    private CompletionStage<HttpResponse> embed(Call call) {
        return call.json()
                .thenCompose(body -> start(EmbeddingBody.read(body, call.caller(), inputsMax), open()))
                .thenCompose(running -> replies.whole(running.result(), running.abandon()));
    }

    /** The whole answer to a body, for callers without a connection. */
    Answering answer(Fields body, Caller caller) {
        EventStream<EmbeddingEvent> stream = open();
        return new Answering(start(EmbeddingBody.read(body, caller, inputsMax), stream)
                .thenCompose(Running::result).toCompletableFuture(), stream.abandon());
    }

    private EventStream<EmbeddingEvent> open() {
        return EventStream.open(system, 1, event -> true);
    }

    private CompletionStage<Running> start(EmbeddingBody body, EventStream<EmbeddingEvent> stream) {
        return AskPattern.<GenerationRouter.Command, EmbedReply>ask(
                        router,
                        replyTo -> new GenerationRouter.Embed(body.request(), stream.listener(), replyTo),
                        submitTimeout,
                        system.scheduler())
                .thenApply(reply -> switch (reply) {
                    case EmbedReply.Accepted accepted -> new Running(
                            stream.events().runWith(Sink.head(), system)
                                    .thenApply(event -> json(event, accepted.model(), body.base64()))
                                    .toCompletableFuture(),
                            stream.abandon());
                    case EmbedReply.Refused refused -> throw refusal(refused.reason());
                })
                .whenComplete((running, failure) -> {
                    if (failure != null) {
                        stream.abandon().run();
                    }
                });
    }

    private static ApiError refusal(SubmitReply.Rejected rejected) {
        return rejected instanceof SubmitReply.PromptTooLong tooLong
                ? ApiError.badField("input", "context_length_exceeded", "an input has " + tooLong.promptTokens()
                        + " tokens, the model takes " + tooLong.contextTokens())
                : GenerationRoutes.refusal(rejected, "input");
    }

    private static ObjectNode json(EmbeddingEvent event, String model, boolean base64) {
        return switch (event) {
            case EmbeddingEvent.Broken(QuernException cause) -> throw cause;
            case EmbeddingEvent.Completed completed -> {
                ObjectNode root = Json.object().put("object", "list");
                ArrayNode data = root.putArray("data");
                for (float[] vector : completed.vectors()) {
                    ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
                    if (base64) {
                        item.put("embedding", base64(vector));
                    } else {
                        item.putRawValue("embedding", new RawValue(numbers(vector)));
                    }
                }
                root.put("model", model).putObject("usage").put("prompt_tokens", completed.promptTokens())
                        .put("total_tokens", completed.promptTokens());
                yield root;
            }
        };
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** A JSON array; a node for each number would take twenty times the memory. */
    private static String numbers(float[] vector) {
        StringBuilder text = new StringBuilder(12 * vector.length).append('[');
        for (int i = 0; i < vector.length; i++) {
            text.append(i == 0 ? "" : ",").append(vector[i]);
        }
        return text.append(']').toString();
    }
}
