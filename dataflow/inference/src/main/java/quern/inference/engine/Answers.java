package quern.inference.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent.Finished;
import quern.inference.engine.EngineEvent.TokenProduced;
import quern.inference.sampling.Sampler;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;
import quern.inference.tokenizer.Tokenizer;

/** Draws each sequence's next token and decides whether its answer has ended. */
final class Answers {

    private final Tokenizer tokenizer;
    private final Set<Integer> endTokens;
    private final Sampler sampler;

    Answers(LoadedModel model) {
        this.tokenizer = model.tokenizer();
        this.endTokens = new HashSet<>(tokenizer.endTokens());
        this.sampler = new Sampler(model.shape().vocabulary(), model.kernels());
    }

    /**
     * Draws from row {@code row} of the logits, appends to the sequence and to the events.
     *
     * @return the terminal event if the answer has ended
     */
    Optional<EngineEvent> next(Sequence sequence, Rows logits, int row, List<EngineEvent> events) {
        SamplingParameters sampling = sequence.request.sampling();
        int from = logits.at(row);
        int token = sampler.draw(
                logits.values(), from, sampling, sequence.seed, sequence.history(), sequence.request.mask());
        sequence.request.mask().ifPresent(mask -> mask.accept(token));
        if (endTokens.contains(token) && !sampling.ignoreEos()) {
            return Optional.of(finished(sequence, FinishReason.STOP));
        }
        Optional<TokenLogprobs> logprobs = sampling.logprobs()
                ? Optional.of(sampler.logprobs(logits.values(), from, token, sampling.topLogprobs()))
                : Optional.empty();
        sequence.append(token);
        String text = sequence.text.append(tokenizer.bytes(token));
        events.add(new TokenProduced(sequence.id(), token, text, logprobs));
        if (sequence.text.stop().isPresent()) {
            return Optional.of(finished(sequence, FinishReason.STOP));
        }
        return sequence.count() >= sequence.tokensMax
                ? Optional.of(finished(sequence, FinishReason.LENGTH))
                : Optional.empty();
    }

    private static Finished finished(Sequence sequence, FinishReason reason) {
        String rest = sequence.text.finish();
        boolean stopped = sequence.text.stop().isPresent();
        return new Finished(sequence.id(), stopped ? FinishReason.STOP : reason, rest, sequence.text.stop(),
                sequence.usage());
    }
}
