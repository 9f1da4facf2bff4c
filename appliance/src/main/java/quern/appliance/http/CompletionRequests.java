package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.Handling;
import quern.actors.serving.Prompt;
import quern.config.EngineConfig;
import quern.inference.cache.CacheTerms;
import quern.inference.tokenizer.Tokenizer;

/** Reads the body of {@code /v1/completions}. */
final class CompletionRequests {

    static final String ID_PREFIX = "cmpl-";

    private static final int TOKENS_MAX = 1 << 20;
    private static final int LOGPROBS_MAX = 20;
    /** What the API documents for this route; its chat sibling has a configured default. */
    private static final int MAX_TOKENS = 16;

    private final EngineConfig config;

    CompletionRequests(EngineConfig config) {
        this.config = config;
    }

    /** @throws ApiError 400 naming the field */
    ParsedRequest read(Fields body, Arrival arrival) {
        String model = body.requiredText("model");
        int choices = SamplingFields.choices(body, config);
        List<Prompt> prompts = prompts(body);
        if (prompts.size() * choices > config.choicesMax()) {
            throw body.invalid("prompt", "asks for " + prompts.size() * choices + " answers, at most "
                    + config.choicesMax());
        }
        boolean stream = body.flag("stream", false);
        boolean usage = ChatRequests.streamUsage(body, stream);
        OptionalInt logprobs = body.integer("logprobs", 0, LOGPROBS_MAX);
        boolean echo = body.flag("echo", false);
        if (echo && logprobs.isPresent()) {
            throw body.invalid("echo", "together with logprobs is not supported");
        }
        int bestOf = body.integer("best_of", 1, config.choicesMax()).orElse(choices);
        if (bestOf != choices) {
            throw body.invalid("best_of", "other than n is not supported");
        }
        int maxTokens = body.integer("max_tokens", 1, Integer.MAX_VALUE).orElse(MAX_TOKENS);
        var sampling = SamplingFields.read(body, maxTokens, logprobs.isPresent(), logprobs.orElse(0));
        CacheTerms cache = CacheFields.read(body, arrival.caller());
        Handling handling = arrival.handling(body);
        body.accept("user");
        body.only("suffix", Set.of(""));
        body.refuseOthers();
        var request = new GenerationRequest(model, prompts, sampling, choices, cache, arrival.caller(),
                AnswerForm.Free.TEXT, handling);
        Optional<String> tier = Arrival.shownTier(body, handling);
        return new ParsedRequest(request, stream, accepted -> new CompletionFormat(
                ReplyHead.of(ID_PREFIX, accepted, tier), accepted.tokenizer(),
                echo ? echoes(request, accepted.tokenizer()) : Collections.nCopies(request.answers(), ""), usage));
    }

    private static List<Prompt> prompts(Fields body) {
        JsonNode prompt = body.raw("prompt").orElseThrow(() -> body.missing("prompt"));
        if (prompt.isTextual()) {
            return List.of(new Prompt.Text(prompt.textValue()));
        }
        if (!prompt.isArray()) {
            throw body.wrongType("prompt", "a string, an array of strings or of token ids", prompt);
        }
        if (prompt.isEmpty()) {
            throw body.invalid("prompt", "is empty");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(body, "prompt", prompt));
        }
        var prompts = new ArrayList<Prompt>();
        for (JsonNode element : prompt) {
            String field = "prompt[" + prompts.size() + "]";
            prompts.add(element.isTextual()
                    ? new Prompt.Text(element.textValue()) : tokens(body, field, element));
        }
        return prompts;
    }

    private static Prompt tokens(Fields body, String field, JsonNode array) {
        if (!array.isArray()) {
            throw body.wrongType(field, "a string or an array of token ids", array);
        }
        if (array.isEmpty() || array.size() > TOKENS_MAX) {
            throw body.invalid(field, "has " + array.size() + " tokens, expected 1 to " + TOKENS_MAX);
        }
        var ids = new ArrayList<Integer>();
        for (JsonNode id : array) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw body.wrongType(field + "[" + ids.size() + "]", "the id of a token", id);
            }
            ids.add(id.intValue());
        }
        return new Prompt.Tokens(ids);
    }

    private static List<String> echoes(GenerationRequest request, Tokenizer tokenizer) {
        var echoes = new ArrayList<String>();
        for (Prompt prompt : request.prompts()) {
            String text = switch (prompt) {
                case Prompt.Text(String plain) -> plain;
                case Prompt.Tokens(List<Integer> ids) ->
                    tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
                case Prompt.Chat chat -> "";
            };
            echoes.addAll(Collections.nCopies(request.choices(), text));
        }
        return echoes;
    }
}
