package quern.inference.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.inference.cache.KvBlocks;
import quern.inference.engine.StepPlan.Slice;

/**
 * Adds guessed tokens to decodes, to be checked in the same step (speculative decoding, Leviathan et al., arXiv
 * 2211.17192, without a second model). Each row's arithmetic and each draw depend on position and history alone, so an
 * answer is the same, bit for bit, whether its tokens were guessed or not, greedy or drawn.
 *
 * <p>Whether guessing pays is computed anew for every step, from how long steps of so many rows have taken on this
 * machine and from how often each sequence's guesses were right ({@link Drafts}).
 */
final class Speculation {

    /** Steps of more rows than this are not looked at; they are bound by arithmetic. */
    private static final int ROWS_MAX = 64;
    /** A gain that is smaller than this is noise. */
    private static final double GAIN_MIN = 1.02;

    private final int draftTokensMax;
    private final StepTimes times = new StepTimes(ROWS_MAX);
    private final GuessRates rates = new GuessRates();

    /** @param draftTokensMax guessed tokens of one sequence in one step; 0: none */
    Speculation(int draftTokensMax) {
        this.draftTokensMax = draftTokensMax;
    }

    /** @param profile of this model and machine: tells what rows cost that were not tried yet */
    void adopt(StepProfile profile) {
        times.adopt(profile);
    }

    /**
     * The plan with drafts beside the decodes where that is expected to be faster.
     *
     * @param rowsMax of the whole step
     */
    StepPlan extend(StepPlan plan, KvBlocks blocks, int rowsMax) {
        boolean decodes = plan.slices().stream().allMatch(slice -> slice.draws() && slice.rows() == 1);
        if (draftTokensMax == 0 || plan.isEmpty() || !decodes) {
            return plan;
        }
        int limit = Math.min(rowsMax, ROWS_MAX);
        int rows = plan.rows();
        double tokens = rows;
        List<Slice> slices = new ArrayList<>();
        for (Slice slice : plan.slices()) {
            Slice extended = extend(slice, blocks, Math.min(draftTokensMax, limit - rows), rows, tokens);
            rows += extended.draft().length;
            tokens += slice.sequence().drafts.expected(extended.draft().length, rates);
            slices.add(extended);
        }
        return new StepPlan(List.copyOf(slices));
    }

    private Slice extend(Slice slice, KvBlocks blocks, int max, int rows, double tokens) {
        Sequence sequence = slice.sequence();
        int room = Math.min(max, sequence.tokensMax - sequence.count() - 1);
        int[] guess = sequence.drafts.guess(sequence.tokens(), sequence.count(), room, rates);
        int best = 0;
        double bestRate = GAIN_MIN * tokens / times.of(rows);
        for (int length = 1; length <= guess.length; length++) {
            double rate = (tokens + sequence.drafts.expected(length, rates)) / times.of(rows + length);
            if (rate > bestRate) {
                bestRate = rate;
                best = length;
            }
        }
        if (best == 0 || !blocks.reserveIfFree(sequence.table, sequence.count() + best)) {
            return slice;
        }
        return new Slice(sequence, slice.from(), slice.to(), Arrays.copyOf(guess, best));
    }

    /** How long a step of decodes took. */
    void record(StepPlan plan, long stepNanos) {
        boolean decodes = plan.slices().stream().allMatch(slice -> slice.draws() && slice.rows() == 1);
        if (decodes && draftTokensMax > 0) {
            times.record(plan.rows(), stepNanos);
        }
    }
}
