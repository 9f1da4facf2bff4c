package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import quern.actors.House;
import quern.actors.fleet.ModelHold;
import quern.config.QuernException;
import quern.config.TuningConfig;
import quern.config.TuningOptimizer;
import quern.tuning.ExampleEncoder;
import quern.tuning.TrainingSample;
import quern.tuning.TuningBudget;
import quern.tuning.TuningSet;

/** Looks at what a tuning is to learn from before the job is taken. Blocks: it reads and encodes everything. */
public final class TuningCheck {

    /** Most cut samples that are named, one by one. */
    private static final int CUTS_TOLD_MAX = 100;

    private TuningCheck() {}

    /**
     * What the run would take, as JSON. Tokens are counted where the model is loaded now, otherwise when the job
     * begins.
     *
     * @throws QuernException ERROR if there is nothing to learn from, too much of it, or samples that cannot be read,
     *     with their lines
     */
    public static ObjectNode budget(House house, TuningSpec spec) {
        TuningConfig config = house.config().tuning();
        if (spec.preference().isPresent() && spec.optimizer() == TuningOptimizer.MEZO) {
            throw new QuernException(QuernException.Category.ERROR, "method " + spec.method()
                    + " needs gradients, which optimizer mezo does without; expected another optimizer");
        }
        TrainingSamples samples = TrainingSamples.read(
                house.stores(), spec.trainingIds(), config.samplesMax(), spec.preference().isPresent());
        ObjectNode budget = JsonNodeFactory.instance.objectNode().put("object", "fine_tuning.budget")
                .put("method", spec.method()).put("samples", samples.samples().size());
        forms(samples, budget);
        Optional<ModelHold> held = house.running(spec.model()).flatMap(running -> ModelHold.of(running, () -> { }));
        if (held.isEmpty()) {
            return budget.put("note", "the model is not loaded; tokens are counted when the job begins");
        }
        try (ModelHold hold = held.get()) {
            TuningSet set = set(samples, spec, hold.running(), config);
            TuningBudget counted = TuningBudget.of(set, spec.settings());
            budget.put("examples", counted.examples()).put("held_out_examples", counted.heldOutExamples())
                    .put("tokens", counted.tokens()).put("labels", counted.labels()).put("epochs", counted.epochs())
                    .put("steps", counted.steps()).put("trained_tokens", counted.trainedTokens())
                    .put("max_seq_length", spec.sequenceTokens(hold.running().parts().contextTokens()));
            report(samples, set, budget);
            return budget;
        }
    }

    /**
     * The samples that loss is measured on while the run goes on, where they are a file's; otherwise none.
     *
     * @throws QuernException ERROR if they cannot be read, with their lines
     */
    public static List<TrainingSample> validation(House house, TuningSpec spec) {
        if (spec.validation().fileId().isEmpty()) {
            return List.of();
        }
        try {
            return TrainingSamples.read(house.stores(), List.of(spec.validation().fileId().get()),
                    house.config().tuning().samplesMax(), spec.preference().isPresent()).samples();
        } catch (QuernException wrong) {
            throw new QuernException(wrong.category(), "what is to validate on: " + wrong.getMessage(), wrong);
        }
    }

    /** Encoded as a run does it. */
    static TuningSet set(TrainingSamples samples, TuningSpec spec, House.Running running, TuningConfig config) {
        ExampleEncoder encoder = ExampleEncoder.of(
                running.parts().model(), spec.sequenceTokens(running.parts().contextTokens()));
        try {
            TuningSet set = TuningSet.of(
                    samples.samples(), encoder, spec.heldOutShare(), spec.seed(), config.tokensMax());
            if (spec.validation().steps() > 0 && spec.validation().fileId().isEmpty()
                    && set.heldOut().examples().isEmpty()) {
                throw new QuernException(QuernException.Category.ERROR, "there is nothing to validate on: no sample is"
                        + " held out (held_out_share is " + spec.heldOutShare() + "), and no validation_file is given");
            }
            return set;
        } catch (TuningSet.NothingToLearn nothing) {
            throw new QuernException(QuernException.Category.ERROR, "nothing is left to learn from in '"
                    + String.join("', '", spec.trainingIds()) + "': " + skipped(samples, nothing.skipped()), nothing);
        }
    }

    /** What was cut and left out, with places. */
    static void report(TrainingSamples samples, TuningSet set, ObjectNode to) {
        TuningSet.Report report = set.report();
        to.put("cut_samples", report.cuts().size())
                .put("cut_tokens", report.cuts().stream().mapToLong(TuningSet.Cut::tokens).sum());
        var cuts = to.putArray("cuts");
        report.cuts().stream().limit(CUTS_TOLD_MAX).forEach(cut -> cuts.addObject()
                .put(samples.unit(), samples.numbers().get(cut.sample())).put("tokens", cut.tokens()));
        var skipped = to.putArray("skipped");
        report.skipped().forEach((reason, indices) -> skipped.addObject().put("reason", reason)
                .put("samples", indices.size()).put("first_" + samples.unit(), samples.numbers().get(
                        indices.getFirst())));
    }

    private static void forms(TrainingSamples samples, ObjectNode to) {
        ObjectNode forms = to.putObject("forms");
        samples.forms().forEach((form, count) -> forms.put(form.name().toLowerCase(Locale.ROOT), count));
    }

    private static String skipped(TrainingSamples samples, Map<String, List<Integer>> skipped) {
        StringBuilder text = new StringBuilder();
        skipped.forEach((reason, indices) -> text.append(text.isEmpty() ? "" : "; ").append(reason).append(": ")
                .append(indices.size()).append(indices.size() == 1 ? " sample" : " samples").append(", first ")
                .append(samples.place(indices.getFirst())));
        return text.toString();
    }
}
