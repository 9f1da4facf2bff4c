package quern.tuning;

import java.util.List;
import quern.tuning.network.PackedBatch.Segment;

/**
 * What a run would take, counted before it begins.
 *
 * @param examples to learn from, in every epoch
 * @param heldOutExamples kept for the gate
 * @param tokens of one epoch
 * @param labels tokens of one epoch that are learnt
 * @param steps of all epochs
 */
public record TuningBudget(int examples, int heldOutExamples, long tokens, long labels, int epochs, long steps) {

    /** Packs every epoch as a run does. */
    public static TuningBudget of(TuningSet set, TuningSettings settings) {
        List<Segment> training = set.training();
        long steps = 0;
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            steps += BatchPacker.pack(training, settings.batchTokens(), settings.seed(), epoch).size();
        }
        return new TuningBudget(training.size(), set.heldOut().examples().size(),
                training.stream().mapToLong(Segment::count).sum(),
                training.stream().mapToLong(TuningSet::labels).sum(), settings.epochs(), steps);
    }

    /** Tokens that go through the model, forth and back, in all epochs. */
    public long trainedTokens() {
        return tokens * epochs;
    }
}
