package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.curation.ServedEngine;
import quern.actors.curation.ServedText;
import quern.config.ApplianceConfig;
import quern.config.CurationConfig;
import quern.curation.GenerationException;
import quern.curation.RunException;
import quern.curation.TextGenerator;
import quern.curation.TextGenerator.Message;
import quern.curation.TextGenerator.Sampling;

/**
 * The served models as operators of a recipe ask them, for recipes that run in another process over its own files:
 * {@code /v1/curation/answers}, {@code embeddings}, {@code likelihoods}, {@code perplexity}, {@code pieces},
 * {@code piece-ends}. Where {@code model} names another, not the one served from the start is asked. What one question
 * fails with is part of its reply, {@code {"failure": {"kind", "message"}}}, because the operators go on with the
 * next. They are flexible requests: others go first.
 */
public final class CurationModelRoutes {

    /** Kind of a failure that ends the run. */
    public static final String RUN = "run";

    private static final String BASE = "/v1/curation/";
    private static final String WAITING = "quern-waiting";
    private static final int TIMEOUT_MS_MAX = 86_400_000;
    private static final int MESSAGES_MAX = 10_000;
    private static final int STOP_MAX = 1000;
    private static final int RETRY_SECONDS = 1;

    private final ServedEngine engine;
    private final CurationConfig config;
    private final Executor waiting;
    private final AttendedReply replies;
    private final int questionsMax;
    private final Semaphore questions;

    public CurationModelRoutes(ServedEngine engine, ApplianceConfig config) {
        this.engine = engine;
        this.config = config.curation();
        this.waiting = engine.system().dispatchers().lookup(DispatcherSelector.fromConfig(WAITING));
        this.replies = new AttendedReply(engine.system());
        this.questionsMax = config.engine().queueMax();
        this.questions = new Semaphore(questionsMax);
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", BASE + "answers", Access.KEY, call -> ask(call, CurationModelRoutes::answer)),
                Route.of("POST", BASE + "embeddings", Access.KEY, call -> ask(call, CurationModelRoutes::embedding)),
                Route.of("POST", BASE + "likelihoods", Access.KEY, call -> ask(call, CurationModelRoutes::likelihood)),
                Route.of("POST", BASE + "perplexity", Access.KEY, call -> ask(call, CurationModelRoutes::perplexity)),
                Route.of("POST", BASE + "pieces", Access.KEY, call -> ask(call, CurationModelRoutes::pieces)),
                Route.of("POST", BASE + "piece-ends", Access.KEY, call -> ask(call, CurationModelRoutes::ends)));
    }

    private CompletionStage<HttpResponse> ask(Call call, Function<Fields, Function<ServedText, ObjectNode>> reader) {
        return call.json().thenCompose(fields -> {
            int timeoutMs = fields.integer("timeout_ms", 1, TIMEOUT_MS_MAX)
                    .orElse((int) config.generationTimeout().toMillis());
            Function<ServedText, ObjectNode> question = reader.apply(fields);
            Optional<String> model = fields.text("model");
            fields.refuseOthers();
            if (!questions.tryAcquire()) {
                throw ApiError.overloaded(questionsMax + " questions are under way, at most " + questionsMax,
                        RETRY_SECONDS);
            }
            var asked = new ServedText(CompletableFuture.completedFuture(engine),
                    config.withGeneration(Duration.ofMillis(timeoutMs), 1), call.caller());
            CompletableFuture<ObjectNode> result = CompletableFuture
                    .supplyAsync(() -> reply(question, asked, model), waiting)
                    .whenComplete((done, failure) -> questions.release());
            return replies.whole(result, asked::close);
        });
    }

    private static ObjectNode reply(
            Function<ServedText, ObjectNode> question, ServedText asked, Optional<String> model) {
        try {
            return question.apply(model.isEmpty() ? asked : asked.other(model.get()).orElseThrow(
                    () -> new RunException("no model '" + model.get() + "' is here; there is "
                            + String.join(", ", asked.names()))));
        } catch (GenerationException e) {
            return failure(e.kind().name().toLowerCase(Locale.ROOT), e);
        } catch (RunException e) {
            return failure(RUN, e);
        }
    }

    private static ObjectNode failure(String kind, Exception cause) {
        ObjectNode node = Json.object();
        node.putObject("failure").put("kind", kind).put("message", cause.getMessage());
        return node;
    }

    private static Function<ServedText, ObjectNode> answer(Fields fields) {
        List<Message> messages = new ArrayList<>();
        for (Fields message : fields.objects("messages", MESSAGES_MAX).orElseThrow(() -> fields.missing("messages"))) {
            messages.add(new Message(message.requiredText("role"), message.requiredText("content")));
            message.refuseOthers();
        }
        if (messages.isEmpty()) {
            throw fields.invalid("messages", "is empty");
        }
        Sampling sampling = new Sampling(number(fields, "temperature"), number(fields, "top_p"),
                fields.integer("top_k", 0, Integer.MAX_VALUE), number(fields, "presence_penalty"),
                number(fields, "frequency_penalty"), number(fields, "repetition_penalty"),
                fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE), fields.texts("stop", STOP_MAX),
                fields.integer("max_tokens", 1, Integer.MAX_VALUE));
        Optional<JsonNode> schema = fields.raw("schema");
        var request = new TextGenerator.Request(messages, sampling, schema);
        return model -> {
            TextGenerator.Answer answer = model.generate(request);
            return Json.object().put("text", answer.text()).put("complete", answer.complete());
        };
    }

    private static OptionalDouble number(Fields fields, String name) {
        return fields.number(name, -Double.MAX_VALUE, Double.MAX_VALUE).map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    /** The vector as little-endian floats in base64. */
    private static Function<ServedText, ObjectNode> embedding(Fields fields) {
        String text = fields.requiredText("text");
        return model -> {
            float[] vector = model.embed(List.of(text)).getFirst();
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            return Json.object().put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
        };
    }

    private static Function<ServedText, ObjectNode> likelihood(Fields fields) {
        String context = fields.text("context").orElse("");
        String continuation = fields.requiredText("continuation");
        return model -> {
            ObjectNode node = Json.object();
            Arrays.stream(model.logLikelihoods(context, continuation)).forEach(node.putArray("logprobs")::add);
            return node;
        };
    }

    private static Function<ServedText, ObjectNode> perplexity(Fields fields) {
        String text = fields.requiredText("text");
        return model -> Json.object().put("perplexity", model.perplexity(text));
    }

    private static Function<ServedText, ObjectNode> pieces(Fields fields) {
        String text = fields.requiredText("text");
        return model -> {
            ObjectNode node = Json.object();
            Arrays.stream(model.pieces(text)).forEach(node.putArray("pieces")::add);
            return node;
        };
    }

    /** In UTF-16 units; null where the tokenizer changes the text before it cuts it. */
    private static Function<ServedText, ObjectNode> ends(Fields fields) {
        String text = fields.requiredText("text");
        return model -> {
            ObjectNode node = Json.object().putNull("ends");
            model.ends(text).ifPresent(ends -> Arrays.stream(ends).forEach(node.putArray("ends")::add));
            return node;
        };
    }
}
