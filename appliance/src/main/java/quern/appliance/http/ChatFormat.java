package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.GenerationEvent;
import quern.actors.serving.SubmitReply;
import quern.inference.engine.FinishReason;
import quern.inference.sampling.TokenLogprobs;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolCallReader;

/** {@code chat.completion} and {@code chat.completion.chunk}. */
final class ChatFormat implements AnswerFormat {

    private static final String CHUNK = "chat.completion.chunk";

    private final ReplyHead head;
    private final Tokenizer tokenizer;
    private final int answers;
    private final boolean usageWanted;
    /** One per answer; empty if there are no functions to call. */
    private final List<AnswerCalls> calls = new ArrayList<>();

    ChatFormat(SubmitReply.Accepted accepted, ReplyHead head, int answers, boolean usageWanted, AnswerForm form) {
        this.head = head;
        this.tokenizer = accepted.tokenizer();
        this.answers = answers;
        this.usageWanted = usageWanted;
        form.calls().ifPresent(functions -> {
            for (int i = 0; i < answers; i++) {
                calls.add(new AnswerCalls(functions, accepted));
            }
        });
    }

    @Override
    public ObjectNode whole(AnswerSet set) {
        ObjectNode usage = ReplyHead.usage(set.usage());
        ObjectNode root = head.open("chat.completion");
        ArrayNode choices = root.putArray("choices");
        for (AnswerSet.Answer answer : set.answers()) {
            int index = choices.size();
            ObjectNode choice = choices.addObject().put("index", index);
            choice.set("message", calls.isEmpty()
                    ? Json.object().put("role", "assistant").put("content", answer.text.toString()).putNull("refusal")
                    : calls.get(index).message(answer));
            choice.set("logprobs", logprobs(answer.pieces));
            choice.put("finish_reason", reason(index, answer.reason));
        }
        root.set("usage", usage);
        return root;
    }

    @Override
    public List<ObjectNode> opening() {
        var chunks = new ArrayList<ObjectNode>();
        for (int i = 0; i < answers; i++) {
            chunks.add(chunk(i, Json.object().put("role", "assistant").put("content", ""), NullNode.instance, null));
        }
        return chunks;
    }

    @Override
    public List<ObjectNode> chunks(GenerationEvent event) {
        return switch (event) {
            case GenerationEvent.Piece piece -> pieces(piece);
            case GenerationEvent.AnswerEnded ended -> ending(ended);
            case GenerationEvent.Completed completed -> {
                ObjectNode chunk = head.open(CHUNK);
                chunk.putArray("choices");
                chunk.set("usage", ReplyHead.usage(completed.usage()));
                yield usageWanted ? List.of(chunk) : List.of();
            }
            case GenerationEvent.Broken broken -> List.of();
        };
    }

    @Override
    public boolean plain(GenerationEvent.Piece piece) {
        return calls.isEmpty() && piece.logprobs().isEmpty() && !piece.text().isEmpty();
    }

    private List<ObjectNode> ending(GenerationEvent.AnswerEnded ended) {
        var chunks = new ArrayList<ObjectNode>();
        if (!calls.isEmpty()) {
            AnswerCalls found = calls.get(ended.answer());
            found.end(ended.text()).forEach(event ->
                    chunks.add(chunk(ended.answer(), found.delta(event), NullNode.instance, null)));
        } else if (!ended.text().isEmpty()) {
            chunks.add(chunk(ended.answer(), content(ended.text()), NullNode.instance, null));
        }
        chunks.add(chunk(
                ended.answer(), Json.object(), NullNode.instance, reason(ended.answer(), ended.reason())));
        return chunks;
    }

    private List<ObjectNode> pieces(GenerationEvent.Piece piece) {
        if (calls.isEmpty()) {
            return piece.text().isEmpty() && piece.logprobs().isEmpty()
                    ? List.of()
                    : List.of(chunk(piece.answer(), content(piece.text()), logprobs(List.of(piece)), null));
        }
        var chunks = new ArrayList<ObjectNode>();
        AnswerCalls found = calls.get(piece.answer());
        JsonNode logprobs = logprobs(List.of(piece));
        for (ToolCallReader.Event event : found.piece(piece)) {
            chunks.add(chunk(
                    piece.answer(), found.delta(event), chunks.isEmpty() ? logprobs : NullNode.instance, null));
        }
        if (chunks.isEmpty() && !logprobs.isNull()) {
            chunks.add(chunk(piece.answer(), content(""), logprobs, null));
        }
        return chunks;
    }

    private String reason(int answer, FinishReason reason) {
        return calls.isEmpty() ? ReplyHead.reason(reason) : calls.get(answer).reason(reason);
    }

    private static ObjectNode content(String text) {
        return Json.object().put("content", text);
    }

    private ObjectNode chunk(int index, ObjectNode delta, JsonNode logprobs, String reason) {
        ObjectNode chunk = head.open(CHUNK);
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
        choice.set("delta", delta);
        choice.set("logprobs", logprobs);
        choice.put("finish_reason", reason);
        if (usageWanted) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private JsonNode logprobs(List<GenerationEvent.Piece> pieces) {
        if (pieces.isEmpty() || pieces.getFirst().logprobs().isEmpty()) {
            return NullNode.instance;
        }
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        for (GenerationEvent.Piece piece : pieces) {
            TokenLogprobs values = piece.logprobs().orElseThrow();
            ObjectNode entry = entry(piece.token(), values.logprob());
            ArrayNode top = entry.putArray("top_logprobs");
            values.top().forEach(other -> top.add(entry(other.token(), other.logprob())));
            content.add(entry);
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    private ObjectNode entry(int token, double logprob) {
        byte[] bytes = tokenizer.isControl(token)
                ? tokenizer.text(token).getBytes(StandardCharsets.UTF_8) : tokenizer.bytes(token);
        ObjectNode entry = Json.object()
                .put("token", new String(bytes, StandardCharsets.UTF_8)).put("logprob", finite(logprob));
        ArrayNode list = entry.putArray("bytes");
        for (byte value : bytes) {
            list.add(value & 0xff);
        }
        return entry;
    }

    /** JSON has no infinity; this is what the API's own documentation uses for the unlikeliest. */
    static double finite(double logprob) {
        return Math.max(logprob, -9999.0);
    }
}
