package quern.inference.engine;

import java.util.Arrays;
import java.util.Optional;
import quern.inference.LoadedAdapter;
import quern.inference.cache.BlockTable;
import quern.inference.cache.SavedBlocks;
import quern.inference.encoder.PooledRow;
import quern.inference.sampling.AnswerText;
import quern.inference.sampling.Sampler;

/** One request on its way: its tokens, how many of them are computed, and the blocks that hold them. */
final class Sequence {

    final SequenceRequest request;
    final long arrival;
    final Optional<LoadedAdapter> adapter;
    final AnswerText text;
    final long seed;
    final int tokensMax;
    /** Present if an embedding is wanted. */
    final Optional<PooledRow> pooled;
    /** Log-probabilities so far, if they are wanted. */
    final Scores scored;
    final Drafts drafts = new Drafts();
    final Stamps.Card card = new Stamps.Card();
    BlockTable table;
    int computed;
    int cachedTokens = -1;
    /** Place in the order of all sequences, see {@link Roster}. */
    long rankNanos;
    long dueNanos = Long.MAX_VALUE;
    /** What preemption kept of its blocks. */
    Optional<SavedBlocks> saved = Optional.empty();
    /** Tokens that were computed when it was preempted. */
    int lostTokens;

    private int[] tokens;
    private int count;

    /**
     * @param arrival lower goes first
     * @param seed of the request, or drawn for it
     * @param tokensMax prompt and answer together
     * @param hidden elements of a hidden state
     */
    Sequence(
            SequenceRequest request, long arrival, Optional<LoadedAdapter> adapter, long seed, int tokensMax,
            int hidden) {
        this.request = request;
        this.arrival = arrival;
        this.adapter = adapter;
        this.text = new AnswerText(request.sampling().stop());
        this.seed = Sampler.seedOf(seed, request.choice());
        this.tokensMax = tokensMax;
        this.pooled = request.pooling().map(pooling -> new PooledRow(pooling, hidden));
        this.count = request.prompt().length;
        this.scored = new Scores(request.scoredFrom().orElse(count), count);
        this.tokens = Arrays.copyOf(request.prompt(), count + 16);
    }

    long id() {
        return request.id();
    }

    ServiceTier tier() {
        return request.terms().tier();
    }

    /** Prompt and answer so far, {@link #count()} of them. */
    int[] tokens() {
        return tokens;
    }

    int count() {
        return count;
    }

    /** Tokens whose keys and values are still to be computed; at least 1 while it runs. */
    int pending() {
        return count - computed;
    }

    int produced() {
        return count - request.prompt().length;
    }

    void append(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
    }

    Sampler.History history() {
        return new Sampler.History(tokens, request.prompt().length, count);
    }

    Usage usage() {
        return new Usage(request.prompt().length, produced(), Math.max(0, cachedTokens));
    }
}
