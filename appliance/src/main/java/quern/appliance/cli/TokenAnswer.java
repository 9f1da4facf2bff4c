package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import quern.inference.engine.DirectRun;
import quern.inference.sampling.Sampler;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;

/** Continues token ids with a model that is run directly. */
final class TokenAnswer {

    private final CheckedModel checked;
    private final SamplingParameters parameters;
    private final Set<Integer> ends;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private boolean ended;

    /** @param ends tokens that end the answer; not part of it */
    TokenAnswer(CheckedModel checked, SamplingParameters parameters, Set<Integer> ends) {
        this.checked = checked;
        this.parameters = parameters;
        this.ends = ends;
    }

    /** Answers once. The answer is shorter than asked where the context ends. */
    void draw(int[] prompt) {
        Sampler sampler = new Sampler(checked.model().shape().vocabulary(), checked.model().kernels());
        long seed = parameters.seed().orElseGet(() -> new SplittableRandom().nextLong());
        int room = Math.max(0, checked.model().shape().contextTokens() - prompt.length);
        int[] all = Arrays.copyOf(prompt, prompt.length + Math.min(parameters.maxTokens(), room));
        int count = prompt.length;
        try (DirectRun run = checked.run()) {
            float[] logits = run.append(prompt);
            while (count < all.length) {
                var history = new Sampler.History(all, prompt.length, count);
                int token = sampler.draw(logits, 0, parameters, seed, history, Optional.empty());
                if (ends.contains(token)) {
                    ended = true;
                    return;
                }
                if (parameters.logprobs()) {
                    logprobs.add(sampler.logprobs(logits, 0, token, parameters.topLogprobs()));
                }
                tokens.add(token);
                all[count++] = token;
                if (count < all.length) {
                    logits = run.append(new int[] {token});
                }
            }
        }
    }

    List<Integer> tokens() {
        return tokens;
    }

    ObjectNode json() {
        ObjectNode json = ApiClient.JSON.createObjectNode();
        tokens.forEach(json.putArray("tokens")::add);
        json.put("finish_reason", ended ? "stop" : "length");
        if (parameters.logprobs()) {
            var list = json.putArray("logprobs");
            for (int i = 0; i < tokens.size(); i++) {
                ObjectNode one = list.addObject().put("token", tokens.get(i)).put("logprob", logprobs.get(i).logprob());
                var top = one.putArray("top");
                logprobs.get(i).top().forEach(entry ->
                        top.addObject().put("token", entry.token()).put("logprob", entry.logprob()));
            }
        }
        return json;
    }
}
