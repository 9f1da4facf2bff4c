package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.ServedText;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork.Working;
import quern.actors.serving.AdapterShelf;
import quern.inference.StepWork;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.ExampleEncoder;
import quern.tuning.merge.Ingredient;
import quern.tuning.merge.MergeEvent;
import quern.tuning.merge.MergeRun;

/**
 * One merge of adapters, measured on samples that none of them has learnt; at the end what the gate let through is
 * published. After a restart it begins again and comes to the same.
 */
public final class MergeWork extends RemakingWork<MergeEvent, MergeRun> {

    /** A starter of merge jobs. @param models whom a caller may ask */
    public static JobStarter starter(House house, Function<Caller, ServedText> models) {
        return AttachedJob.starter(job -> new MergeWork(house, job, models));
    }

    private final MergeSpec spec;
    private List<AdapterRecord> parents;
    private Ownership ownership;
    private UnlearntSamples samples;

    private MergeWork(House house, JobRecord job, Function<Caller, ServedText> models) {
        super(house, job, "merging", models);
        this.spec = RecordText.read(job.specJson(), MergeSpec.class);
    }

    @Override
    String adapterId() {
        return spec.adapterIds().getFirst();
    }

    @Override
    public StepWork open(House.Running with, Consumer<MergeEvent> events, Executor io) {
        begin(with, spec.gate());
        var model = with.parts().model();
        var shelf = new AdapterShelf(model, house().stores());
        parents = spec.adapterIds().stream().map(this::adapter).toList();
        List<Ingredient> parts = new ArrayList<>();
        for (AdapterRecord parent : parents) {
            parts.add(new Ingredient(parent.id(), shelf.read(parent), spec.weights().get(parts.size())));
        }
        var limits = house().config().tuning();
        TrainingSamples given = TrainingSamples.read(house().stores(), spec.dataIds(), limits.samplesMax(), false);
        ownership = parents.stream().map(AdapterRecord::ownership).reduce(given.ownership(), Ownership::union);
        samples = UnlearntSamples.of(given, Ancestry.of(house().stores().catalogue(), spec.adapterIds()),
                house(), with);
        HeldOut heldOut = new GateFiles(house()).heldOut(samples.samples(), spec.gate(), ExampleEncoder.of(
                model, Math.min(limits.sequenceMax(), with.parts().contextTokens())), spec.seed());
        MergeRun run = new MergeRun(
                model, parts, spec.settings(), heldOut, with.parts().choice().backend(), made(), events);
        progressed(0, parts.size() + 1);
        return opened(run);
    }

    @Override
    public Working opened() {
        List<JobNote> notes = new ArrayList<>(List.of(JobNote.info(text(
                "merging %d adapters to rank %d, measured on %d samples; %d others they have learnt",
                parents.size(), run().weights().rank(), samples.samples().size(), samples.learnt()))));
        if (run().lost() > 0) {
            notes.add(JobNote.info(text("the lower rank loses %.4f %% of the update's energy, most of its own %s:"
                    + " %.4f %%", 100 * run().lost(), run().worst(), 100 * run().worstLost())));
        }
        if (!samples.unknown().isEmpty()) {
            notes.add(new JobNote("warn", "what these have learnt is not known, and may be among the samples: "
                    + String.join(", ", samples.unknown()), ""));
        }
        return new Working(progress(), notes);
    }

    @Override
    public Working on(MergeEvent event) {
        return switch (event) {
            case MergeEvent.Measured measured -> {
                progressed(measured.done(), measured.adapters() + 1);
                yield note(JobNote.metrics(text("%s: held-out loss %.4f", measured.id(), measured.loss()),
                        JsonNodeFactory.instance.objectNode().put("adapter", measured.id())
                                .put("held_out_loss", measured.loss()).toString()));
            }
            case MergeEvent.Evaluating evaluating -> note(JobNote.info(text(
                    "the sum of rank %d goes through the gate", evaluating.rank())));
            case MergeEvent.Evaluated evaluated -> note(AdapterPublication.decision(evaluated.evaluation()));
        };
    }

    @Override
    public JobOutcome outcome() {
        MergeRun run = run();
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("rank", run.weights().rank())
                .put("lost_energy", run.lost()).put("held_out_samples", samples.samples().size())
                .put("learnt_samples", samples.learnt())
                .put("held_out_loss", run.evaluation().orElseThrow().tunedHeldOutLoss());
        spec.drop().ifPresent(drop -> result.put("dare", drop).put("seed", spec.seed()));
        ArrayNode merged = result.putArray("merged_from");
        for (int i = 0; i < parents.size(); i++) {
            merged.addObject().put("adapter", parents.get(i).id()).put("weight", spec.weights().get(i))
                    .put("held_out_loss", run.losses().get(i));
        }
        return new AdapterPublication(house(), running(), job(), spec.name(),
                Descent.merged(house().stores().catalogue(), parents, ownership), spec.allowTainted(), false)
                .of(run.evaluation().orElseThrow(), run.weights(), run.directory(), result);
    }
}
