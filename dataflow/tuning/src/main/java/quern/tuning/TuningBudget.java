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
 * @param steps of the whole run
 * @param trainedTokens that go through the model, forth and back, in all steps
 */
public record TuningBudget(
        int examples, int heldOutExamples, long tokens, long labels, int epochs, long steps, long trainedTokens) {

    /** Packs every step as a run does. */
    public static TuningBudget of(TuningSet set, TuningSettings settings) {
        List<Segment> training = set.training();
        StepOrder order = StepOrder.of(training, settings);
        return new TuningBudget(training.size(), set.heldOut().examples().size(),
                training.stream().mapToLong(Segment::count).sum(),
                training.stream().mapToLong(TuningSet::labels).sum(), settings.epochs(),
                order.count(), order.tokens(order.count()));
    }
}
