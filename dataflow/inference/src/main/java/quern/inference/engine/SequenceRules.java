package quern.inference.engine;

import java.util.Optional;
import quern.config.EngineConfig;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.cache.KvBlocks;
import quern.inference.engine.RequestRefused.Reason;

/** Which requests can be run at all. */
final class SequenceRules {

    private final LoadedModel model;
    private final int contextTokens;
    private final int poolTokens;
    private final int poolBlocks;
    private final int choicesMax;

    SequenceRules(LoadedModel model, KvBlocks blocks, EngineConfig config) {
        int trained = model.shape().contextTokens();
        this.model = model;
        this.contextTokens = config.contextTokens() == 0 ? trained : Math.min(trained, config.contextTokens());
        this.poolBlocks = blocks.total();
        this.poolTokens = (int) Math.min(Integer.MAX_VALUE, (long) poolBlocks * blocks.layout().blockTokens());
        this.choicesMax = config.choicesMax();
    }

    /** Most tokens, prompt and answer together. */
    int tokensMax(SequenceRequest request) {
        long wanted = (long) request.prompt().length + request.sampling().maxTokens();
        return (int) Math.min(Math.min(contextTokens, poolTokens), wanted);
    }

    void check(SequenceRequest request, boolean known) {
        int promptTokens = request.prompt().length;
        require(!known, Reason.INVALID, "sequence " + request.id() + " is known already");
        require(promptTokens > 0, Reason.INVALID, "prompt of 0 tokens, expected at least 1");
        require(request.choice() >= 0 && request.choice() < choicesMax, Reason.INVALID,
                "choice " + request.choice() + ", expected 0 to " + (choicesMax - 1));
        int answerTokens = request.readsOnly() ? 0 : 1;
        require(promptTokens + answerTokens <= contextTokens, Reason.PROMPT_TOO_LONG, "prompt of " + promptTokens
                + " tokens, the context holds " + contextTokens + " and the answer needs at least " + answerTokens
                + " of them");
        require(promptTokens + answerTokens <= poolTokens, Reason.POOL_TOO_SMALL, "prompt of " + promptTokens
                + " tokens, the block pool holds " + poolTokens + " (" + poolBlocks + " blocks)");
        request.scoredFrom().ifPresent(from -> require(from >= 1 && from < promptTokens, Reason.INVALID,
                "scored from token " + from + " on, expected 1 to " + (promptTokens - 1)));
        for (int token : request.prompt()) {
            checkToken("prompt", token);
        }
        request.sampling().logitBias().keySet().forEach(token -> checkToken("logit_bias", token));
    }

    Optional<LoadedAdapter> adapter(SequenceRequest request) {
        Optional<LoadedAdapter> adapter = request.adapter().flatMap(model.adapters()::find);
        require(adapter.isPresent() == request.adapter().isPresent(), Reason.UNKNOWN_ADAPTER,
                "adapter " + request.adapter().orElse("") + " is not served");
        return adapter;
    }

    private void checkToken(String where, int token) {
        int vocabulary = model.shape().vocabulary();
        require(token >= 0 && token < vocabulary, Reason.INVALID,
                where + " holds token " + token + ", expected 0 to " + (vocabulary - 1));
    }

    private static void require(boolean holds, Reason reason, String message) {
        if (!holds) {
            throw new RequestRefused(reason, message);
        }
    }
}
