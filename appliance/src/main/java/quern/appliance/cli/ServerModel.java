package quern.appliance.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import quern.appliance.http.CurationModelRoutes;
import quern.config.CurationConfig;
import quern.curation.GenerationException;
import quern.curation.GenerationException.Kind;
import quern.curation.RunException;
import quern.curation.TextGenerator;
import quern.curation.TextModel;
import quern.curation.Turns;

/**
 * The model of a live server as operators of this process ask it, over HTTP: at most
 * {@link CurationConfig#generationParallel} questions at a time, asked again where the server has no room for them.
 * Answers are those that an appliance in this process would give. A server that does not answer for a minute ends the
 * run, which can go on later. Closing it hangs up on what is under way. Safe for any number of threads, which block.
 */
final class ServerModel implements TextGenerator, TextModel, AutoCloseable {

    static final Duration SILENCE_MAX = Duration.ofMinutes(1);

    /** What a reply may take beyond the time its question has. */
    private static final long GRACE_MS = 60_000;
    private static final long AGAIN_MAX_MS = 5_000;
    /** Documents may hold half characters; as escapes they arrive as they are. */
    private static final ObjectWriter ESCAPED =
            ApiClient.JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final ApiClient client;
    private final String name;
    private final CurationConfig config;
    private final Duration silenceMax;
    private final Turns turns;
    /** Sent with each question; absent: the server's own choice. */
    private final Optional<String> asked;

    /**
     * @param name of the served model
     * @param silenceMax how long a server may be away before the run ends
     */
    ServerModel(ApiClient client, String name, CurationConfig config, Duration silenceMax) {
        this(client, name, config, silenceMax,
                new Turns(config.generationParallel(), config.generationTimeout()), Optional.empty());
    }

    private ServerModel(ApiClient client, String name, CurationConfig config, Duration silenceMax, Turns turns,
            Optional<String> asked) {
        this.silenceMax = silenceMax;
        this.client = client;
        this.name = name;
        this.config = config;
        this.turns = turns;
        this.asked = asked;
    }

    @Override
    public String name() {
        return name;
    }

    /** It takes its turns with this one, and ends with it. */
    @Override
    public Optional<TextGenerator> named(String model) {
        return names().contains(model)
                ? Optional.of(new ServerModel(client, model, config, silenceMax, turns, Optional.of(model)))
                : Optional.empty();
    }

    @Override
    public List<String> names() {
        return client.get("/v1/models").path("data").valueStream().map(model -> model.path("id").asText()).toList();
    }

    @Override
    public Answer generate(Request request) {
        ObjectNode question = ApiClient.JSON.createObjectNode();
        request.messages().forEach(message -> question.withArray("messages").addObject()
                .put("role", message.role()).put("content", message.content()));
        Sampling sampling = request.sampling();
        sampling.temperature().ifPresent(value -> question.put("temperature", value));
        sampling.topP().ifPresent(value -> question.put("top_p", value));
        sampling.topK().ifPresent(value -> question.put("top_k", value));
        sampling.presencePenalty().ifPresent(value -> question.put("presence_penalty", value));
        sampling.frequencyPenalty().ifPresent(value -> question.put("frequency_penalty", value));
        sampling.repetitionPenalty().ifPresent(value -> question.put("repetition_penalty", value));
        sampling.seed().ifPresent(value -> question.put("seed", value));
        sampling.stop().forEach(text -> question.withArray("stop").add(text));
        question.put("max_tokens", sampling.tokensMax().orElse(config.generationTokens()));
        request.schema().ifPresent(schema -> question.set("schema", schema));
        JsonNode reply = inTurn("answers", question);
        return new Answer(reply.path("text").asText(), reply.path("complete").asBoolean());
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(text -> {
            byte[] bytes = Base64.getDecoder()
                    .decode(inTurn("embeddings", question("text", text)).path("embedding").asText());
            float[] vector = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
            return vector;
        }).toList();
    }

    @Override
    public double[] logLikelihoods(String context, String continuation) {
        return inTurn("likelihoods", question("context", context).put("continuation", continuation))
                .path("logprobs").valueStream().mapToDouble(ServerModel::number).toArray();
    }

    @Override
    public double perplexity(String text) {
        return number(inTurn("perplexity", question("text", text)).path("perplexity"));
    }

    @Override
    public String[] pieces(String text) {
        return ask("pieces", question("text", text), turns.deadline()).path("pieces").valueStream()
                .map(JsonNode::asText).toArray(String[]::new);
    }

    @Override
    public Optional<int[]> ends(String text) {
        JsonNode ends = ask("piece-ends", question("text", text), turns.deadline()).path("ends");
        return ends.isNull() ? Optional.empty()
                : Optional.of(ends.valueStream().mapToInt(JsonNode::intValue).toArray());
    }

    /** Hangs up on what is under way. Idempotent. */
    @Override
    public void close() {
        turns.close();
    }

    private static ObjectNode question(String field, String text) {
        return ApiClient.JSON.createObjectNode().put(field, text);
    }

    /** What is no number in JSON, such as infinity, comes as text. */
    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.parseDouble(node.asText());
    }

    private JsonNode inTurn(String what, ObjectNode question) {
        long deadline = turns.deadline();
        return turns.take(deadline, () -> ask(what, question, deadline));
    }

    /** Until there is a reply, or the question's time is over. */
    private JsonNode ask(String what, ObjectNode question, long deadline) {
        long silentUntil = System.nanoTime() + silenceMax.toNanos();
        long pauseMs = Turns.AGAIN_MS;
        asked.ifPresent(model -> question.put("model", model));
        while (true) {
            turns.requireOpen();
            question.put("timeout_ms", Math.max(1, Turns.leftMs(deadline)));
            try {
                HttpResponse<String> answer = answer(what, question, deadline);
                if (answer.statusCode() == 200) {
                    return read(answer);
                }
                pauseMs = pause(answer);
                if (Turns.leftMs(deadline) < pauseMs) {
                    throw new GenerationException(Kind.FAILED, ApiClient.failure(answer).getMessage());
                }
                silentUntil = System.nanoTime() + silenceMax.toNanos();
            } catch (ExecutionException | JacksonException silence) {
                if (System.nanoTime() - silentUntil > 0) {
                    throw new RunException("the server at " + client.base() + " does not answer (" + cause(silence)
                            + "): the run stops; run it again, and it goes on from its last checkpoint", silence);
                }
                pauseMs = Math.min(AGAIN_MAX_MS, 2 * pauseMs);
            }
            turns.rest(pauseMs);
        }
    }

    private HttpResponse<String> answer(String what, ObjectNode question, long deadline)
            throws ExecutionException, JacksonException {
        CompletableFuture<HttpResponse<String>> exchange =
                client.ask("/v1/curation/" + what, ESCAPED.writeValueAsString(question));
        try {
            return turns.await(exchange, Turns.leftMs(deadline) + GRACE_MS);
        } finally {
            exchange.cancel(true);
        }
    }

    private static JsonNode read(HttpResponse<String> answer) throws JacksonException {
        JsonNode reply = ApiClient.JSON.readTree(answer.body());
        JsonNode failure = reply.path("failure");
        if (failure.isMissingNode()) {
            return reply;
        }
        String message = failure.path("message").asText();
        String kind = failure.path("kind").asText();
        if (kind.equals(CurationModelRoutes.RUN)) {
            throw new RunException(message);
        }
        Kind known = Kind.valueOf(kind.toUpperCase(Locale.ROOT));
        String prefix = known.reason() + ": ";
        throw new GenerationException(known, message.startsWith(prefix) ? message.substring(prefix.length()) : message);
    }

    /** How long to wait before asking again; what is asked in vain ends the run. */
    private long pause(HttpResponse<String> refusal) {
        return switch (refusal.statusCode()) {
            case 408, 429, 503 -> 1000 * refusal.headers().firstValueAsLong("Retry-After").orElse(1);
            case 413 -> throw new RunException("a text is longer than the server takes at once: "
                    + ApiClient.failure(refusal).getMessage() + " (http.body-max)");
            default -> throw new RunException("the server at " + client.base() + " refuses what the recipe asks ("
                    + refusal.statusCode() + "): " + ApiClient.failure(refusal).getMessage());
        };
    }

    private static Throwable cause(Exception e) {
        return e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    }
}
