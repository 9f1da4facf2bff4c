package quern.inference.engine;

import java.util.ArrayList;
import java.util.List;
import quern.inference.engine.StepPlan.Slice;

/**
 * Fills a step's budget of tokens: every decode, then chunks of prompts (Sarathi-Serve, arXiv 2403.02310). Chunks end
 * at block borders, or where the prompt ends: a found prefix ends there too, so warm and cold prompts are cut in the
 * same places. Of several prompts the oldest gets half of what is left, the next half of the rest, and so on: a short
 * one does not wait for a long one to end, and the oldest never waits.
 */
final class BatchPlanner {

    private final int tokensMax;
    private final int blockTokens;

    /** @param tokensMax at least the number of sequences that run at once */
    BatchPlanner(int tokensMax, int blockTokens) {
        this.tokensMax = tokensMax;
        this.blockTokens = blockTokens;
    }

    /**
     * @param running oldest first; each has the blocks for all its tokens
     * @param promptTokensMax prompt tokens that running streams can bear in one step; at least a block goes ahead, and
     *     without streams it does not count
     */
    StepPlan plan(List<Sequence> running, int promptTokensMax) {
        List<Slice> slices = new ArrayList<>();
        List<Sequence> prompts = new ArrayList<>();
        int left = tokensMax;
        for (Sequence sequence : running) {
            if (sequence.pending() == 1) {
                slices.add(new Slice(sequence, sequence.computed, sequence.count()));
                left--;
            } else {
                prompts.add(sequence);
            }
        }
        if (!slices.isEmpty()) {
            left = Math.min(left, Math.max(blockTokens, promptTokensMax));
        }
        int[] ends = new int[prompts.size()];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = prompts.get(i).computed;
            boolean last = i == ends.length - 1;
            left -= extend(prompts.get(i), ends, i, last ? left : Math.max(blockTokens, left / 2), left);
        }
        for (int i = 0; i < ends.length; i++) {
            left -= extend(prompts.get(i), ends, i, left, left);
        }
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] > prompts.get(i).computed) {
                slices.add(new Slice(prompts.get(i), prompts.get(i).computed, ends[i]));
            }
        }
        return new StepPlan(List.copyOf(slices));
    }

    /** Moves the end of chunk {@code i} by at most {@code wanted} tokens and says by how many. */
    private int extend(Sequence sequence, int[] ends, int i, int wanted, int left) {
        int from = ends[i];
        int reach = Math.min(sequence.count(), from + Math.min(wanted, left));
        int border = reach - reach % blockTokens;
        boolean whole = reach == sequence.count();
        /* The oldest prompt takes what there is, so that a budget smaller than a block still moves. */
        boolean forced = i == 0 && border <= from && from == sequence.computed;
        int end = whole || forced ? reach : border;
        ends[i] = Math.max(from, end);
        return ends[i] - from;
    }
}
