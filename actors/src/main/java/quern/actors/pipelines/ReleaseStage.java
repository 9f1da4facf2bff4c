package quern.actors.pipelines;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The last stage: has room for a decision of the gate as long as no adapter waits for somebody's word. While one does,
 * nothing is tuned, and what arrives is curated until the buffers are full.
 */
final class ReleaseStage extends AbstractMatchingBehavior<ReleaseStage.Command> {

    sealed interface Command {}

    /** The stage before has had a decision. */
    enum Decided implements Command { NOW }

    private enum Look implements Command { NOW }

    static Behavior<Command> create(PipelineLedger ledger, ActorRef<TuneStage.Command> tune) {
        return Behaviors.setup(context -> new ReleaseStage(context, ledger, tune));
    }

    private final PipelineLedger ledger;
    private final ActorRef<TuneStage.Command> tune;

    private ReleaseStage(ActorContext<Command> context, PipelineLedger ledger, ActorRef<TuneStage.Command> tune) {
        super(context);
        this.ledger = ledger;
        this.tune = tune;
        context.getSelf().tell(Look.NOW);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (ledger.now().candidate().isEmpty()) {
            tune.tell(new TuneStage.Demand(getContext().getSelf()));
        }
        if (message == Look.NOW) {
            getContext().scheduleOnce(ledger.config().look(), getContext().getSelf(), Look.NOW);
        }
        return this;
    }
}
