package quern.inference.engine;

import java.util.Optional;
import java.util.OptionalInt;
import quern.config.EngineConfig.Pooling;
import quern.inference.cache.CacheTerms;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;

/**
 * One sequence to continue. A request for n answers is n of these, equal but for id and choice.
 *
 * @param id unique among the sequences the loop knows
 * @param prompt token ids, at least one; not changed afterwards
 * @param cache with whom cached blocks are shared, and how long they are kept
 * @param adapter name of an adapter in the model's registry; absent: the base weights
 * @param retain whether computed blocks may be kept and found by later requests
 * @param choice index of this answer, from 0; answers of one seed differ by it
 * @param mask restricts the tokens drawn
 * @param pooling present: no answer is wanted but the prompt's embedding, made of these hidden states
 * @param scoredFrom present: no answer is wanted but the log-probabilities of the prompt's tokens from this one on
 * @param terms when the answer is wanted
 */
public record SequenceRequest(
        long id,
        int[] prompt,
        SamplingParameters sampling,
        CacheTerms cache,
        Optional<String> adapter,
        boolean retain,
        int choice,
        Optional<TokenMask> mask,
        Optional<Pooling> pooling,
        OptionalInt scoredFrom,
        Terms terms) {

    /** A request for an answer, its blocks shared with all of the tenant's. */
    public SequenceRequest(
            long id, int[] prompt, SamplingParameters sampling, String tenant, Optional<String> adapter,
            boolean retain, int choice, Optional<TokenMask> mask) {
        this(id, prompt, sampling, CacheTerms.of(tenant), adapter, retain, choice, mask, Optional.empty(),
                OptionalInt.empty(), Terms.STANDARD);
    }

    /** The same on other terms. */
    public SequenceRequest with(Terms other) {
        return new SequenceRequest(
                id, prompt, sampling, cache, adapter, retain, choice, mask, pooling, scoredFrom, other);
    }

    /** The same with its blocks shared and kept on other terms. */
    public SequenceRequest with(CacheTerms other) {
        return new SequenceRequest(
                id, prompt, sampling, other, adapter, retain, choice, mask, pooling, scoredFrom, terms);
    }

    /** A request for an embedding. Its blocks are neither found nor kept: every hidden state has to be computed. */
    public static SequenceRequest embedding(
            long id, int[] prompt, String tenant, Optional<String> adapter, Pooling pooling) {
        return new SequenceRequest(id, prompt, SamplingParameters.greedy(1), CacheTerms.of(tenant), adapter, false, 0,
                Optional.empty(), Optional.of(pooling), OptionalInt.empty(), Terms.STANDARD);
    }

    /**
     * A request for log-probabilities: of each token from {@code from} on, given all before it. Its blocks are neither
     * found nor kept.
     *
     * @param from at least 1: nothing stands before the first token
     */
    public static SequenceRequest scored(
            long id, int[] prompt, int from, String tenant, Optional<String> adapter) {
        return new SequenceRequest(id, prompt, SamplingParameters.greedy(1), CacheTerms.of(tenant), adapter, false, 0,
                Optional.empty(), Optional.empty(), OptionalInt.of(from), Terms.STANDARD);
    }

    /** Whether the prompt is only read, and no answer is written. */
    public boolean readsOnly() {
        return pooling.isPresent() || scoredFrom.isPresent();
    }

    /** A request of the base model without salt, kept in the cache, first choice. */
    public static SequenceRequest of(long id, int[] prompt, SamplingParameters sampling) {
        return new SequenceRequest(id, prompt, sampling, "", Optional.empty(), true, 0, Optional.empty());
    }
}
