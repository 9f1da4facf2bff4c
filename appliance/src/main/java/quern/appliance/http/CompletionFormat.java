package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import quern.actors.serving.GenerationEvent;
import quern.inference.sampling.TokenLogprobs;
import quern.inference.tokenizer.Tokenizer;

/** {@code text_completion}, whole and in chunks. */
final class CompletionFormat implements AnswerFormat {

    private static final String OBJECT = "text_completion";

    private final ReplyHead head;
    private final Tokenizer tokenizer;
    private final List<String> echoes;
    private final boolean usageWanted;
    private final int[] offsets;

    /** @param echoes text before each answer; empty texts unless the request asked for an echo */
    CompletionFormat(ReplyHead head, Tokenizer tokenizer, List<String> echoes, boolean usageWanted) {
        this.head = head;
        this.tokenizer = tokenizer;
        this.echoes = List.copyOf(echoes);
        this.usageWanted = usageWanted;
        this.offsets = echoes.stream().mapToInt(String::length).toArray();
    }

    @Override
    public ObjectNode whole(AnswerSet set) {
        ObjectNode usage = ReplyHead.usage(set.usage());
        ObjectNode root = head.open(OBJECT);
        ArrayNode choices = root.putArray("choices");
        for (int i = 0; i < set.answers().size(); i++) {
            AnswerSet.Answer answer = set.answers().get(i);
            choices.add(choice(i, echoes.get(i) + answer.text, logprobs(i, answer.pieces),
                    ReplyHead.reason(answer.reason)));
        }
        root.set("usage", usage);
        return root;
    }

    @Override
    public List<ObjectNode> opening() {
        var chunks = new ArrayList<ObjectNode>();
        for (int i = 0; i < echoes.size(); i++) {
            if (!echoes.get(i).isEmpty()) {
                chunks.add(chunk(i, echoes.get(i), NullNode.instance, null));
            }
        }
        return chunks;
    }

    @Override
    public List<ObjectNode> chunks(GenerationEvent event) {
        return switch (event) {
            case GenerationEvent.Piece piece -> piece.text().isEmpty() && piece.logprobs().isEmpty()
                    ? List.of()
                    : List.of(chunk(piece.answer(), piece.text(), logprobs(piece.answer(), List.of(piece)), null));
            case GenerationEvent.AnswerEnded ended -> List.of(chunk(
                    ended.answer(), ended.text(), NullNode.instance, ReplyHead.reason(ended.reason())));
            case GenerationEvent.Completed completed -> {
                ObjectNode chunk = head.open(OBJECT);
                chunk.putArray("choices");
                chunk.set("usage", ReplyHead.usage(completed.usage()));
                yield usageWanted ? List.of(chunk) : List.of();
            }
            case GenerationEvent.Broken broken -> List.of();
        };
    }

    @Override
    public boolean plain(GenerationEvent.Piece piece) {
        return piece.logprobs().isEmpty() && !piece.text().isEmpty();
    }

    private ObjectNode chunk(int index, String text, JsonNode logprobs, String reason) {
        ObjectNode chunk = head.open(OBJECT);
        chunk.putArray("choices").add(choice(index, text, logprobs, reason));
        if (usageWanted) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private static ObjectNode choice(int index, String text, JsonNode logprobs, String reason) {
        ObjectNode choice = Json.object().put("index", index).put("text", text);
        choice.set("logprobs", logprobs);
        return choice.put("finish_reason", reason);
    }

    private JsonNode logprobs(int answer, List<GenerationEvent.Piece> pieces) {
        if (pieces.isEmpty() || pieces.getFirst().logprobs().isEmpty()) {
            return NullNode.instance;
        }
        ObjectNode node = Json.object();
        ArrayNode tokens = node.putArray("tokens");
        ArrayNode values = node.putArray("token_logprobs");
        ArrayNode tops = node.putArray("top_logprobs");
        ArrayNode texts = node.putArray("text_offset");
        for (GenerationEvent.Piece piece : pieces) {
            TokenLogprobs logprobs = piece.logprobs().orElseThrow();
            String text = shown(piece.token());
            tokens.add(text);
            values.add(ChatFormat.finite(logprobs.logprob()));
            ObjectNode top = tops.addObject();
            logprobs.top().forEach(other -> top.put(shown(other.token()), ChatFormat.finite(other.logprob())));
            texts.add(offsets[answer]);
            offsets[answer] += text.length();
        }
        return node;
    }

    private String shown(int token) {
        return tokenizer.isControl(token)
                ? tokenizer.text(token) : new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
    }
}
