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
 * machine and from how often each sequence's guesses were right.
 */
final class Speculation {

    /** Steps of more rows than this are not looked at; they are bound by arithmetic. */
    private static final int ROWS_MAX = 64;
    private static final double WEIGHT = 0.2;
    /** A gain that is smaller than this is noise. */
    private static final double GAIN_MIN = 1.02;

    /** After so many steps larger ones are tried again: what was slow while code was cold may be fast now. */
    private static final int STEPS_REMEMBERED = 256;

    private final int draftTokensMax;
    /** Time of a step of decodes by its rows; 0: none was seen. */
    private final double[] nanos = new double[ROWS_MAX + 1];
    private long steps;

    /** @param draftTokensMax guessed tokens of one sequence in one step; 0: none */
    Speculation(int draftTokensMax) {
        this.draftTokensMax = draftTokensMax;
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
            tokens += slice.sequence().drafts.expected(extended.draft().length);
            slices.add(extended);
        }
        return new StepPlan(List.copyOf(slices));
    }

    private Slice extend(Slice slice, KvBlocks blocks, int max, int rows, double tokens) {
        Sequence sequence = slice.sequence();
        int room = Math.min(max, sequence.tokensMax - sequence.count() - 1);
        int[] guess = sequence.drafts.guess(sequence.tokens(), sequence.count(), room);
        int best = 0;
        double bestRate = GAIN_MIN * tokens / cost(rows);
        for (int length = 1; length <= guess.length; length++) {
            double rate = (tokens + sequence.drafts.expected(length)) / cost(rows + length);
            if (rate > bestRate) {
                bestRate = rate;
                best = length;
            }
        }
        if (best == 0) {
            sequence.drafts.forget();
            return slice;
        }
        if (!blocks.reserveIfFree(sequence.table, sequence.count() + best)) {
            return slice;
        }
        return new Slice(sequence, slice.from(), slice.to(), Arrays.copyOf(guess, best));
    }

    /** Nanoseconds of a step: as measured, or of the nearest smaller step, so that what is unknown gets tried. */
    private double cost(int rows) {
        for (int i = Math.min(rows, ROWS_MAX); i > 0; i--) {
            if (nanos[i] > 0) {
                return nanos[i];
            }
        }
        return 1;
    }

    /** How long a step of decodes took. */
    void record(StepPlan plan, long stepNanos) {
        boolean decodes = plan.slices().stream().allMatch(slice -> slice.draws() && slice.rows() == 1);
        int rows = plan.rows();
        if (!decodes || rows > ROWS_MAX || draftTokensMax == 0) {
            return;
        }
        nanos[rows] = nanos[rows] == 0 ? stepNanos : nanos[rows] + WEIGHT * (stepNanos - nanos[rows]);
        if (++steps % STEPS_REMEMBERED == 0) {
            Arrays.fill(nanos, rows + 1, nanos.length, 0);
        }
    }
}
