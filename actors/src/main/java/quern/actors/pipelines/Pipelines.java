package quern.actors.pipelines;

import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.House;
import quern.actors.ingest.Ingestor;
import quern.actors.jobs.JobQueue;
import quern.config.PipelineConfig;

/**
 * The standing pipelines of the configuration, four stages each. A stage that fails begins again from the ledger after
 * a pause; stages ask each other again at each look, so that a question lost with one of them is asked anew.
 */
public final class Pipelines {

    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);
    private static final double SPREAD = 0.1;

    private Pipelines() {}

    /** All pipelines of the house's configuration. */
    public static Behavior<Void> create(
            House house, ActorRef<Ingestor.Command> ingestor, ActorRef<JobQueue.Command> jobs) {
        return Behaviors.setup(context -> {
            house.config().pipelines().forEach((name, config) -> begin(context, house, name, config, ingestor, jobs));
            return Behaviors.empty();
        });
    }

    private static void begin(
            ActorContext<Void> context, House house, String name, PipelineConfig config,
            ActorRef<Ingestor.Command> ingestor, ActorRef<JobQueue.Command> jobs) {
        DispatcherSelector io = DispatcherSelector.fromConfig("quern-io");
        PipelineLedger ledger = new PipelineLedger(house.stores(), name, config, System::currentTimeMillis);
        var intake = context.spawn(again(
                IntakeStage.create(ledger, ingestor, house.config().ingest().documentMax())), name + "-intake", io);
        var curate = context.spawn(again(CurateStage.create(ledger, intake, jobs)), name + "-curate", io);
        var tune = context.spawn(again(TuneStage.create(ledger, house, curate, jobs)), name + "-tune", io);
        context.spawn(again(ReleaseStage.create(ledger, tune)), name + "-release", io);
        context.getLog().info("pipeline {}: {} through {}, a tuning with {} new samples", name,
                config.folder().map(folder -> "files of " + folder).orElse("documents"),
                config.recipe().orElseThrow(), config.tuneSamples());
    }

    private static <T> Behavior<T> again(Behavior<T> stage) {
        return Behaviors.supervise(stage).onFailure(RuntimeException.class,
                SupervisorStrategy.restartWithBackoff(PAUSE_MIN, PAUSE_MAX, SPREAD));
    }
}
