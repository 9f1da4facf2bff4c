package quern.actors;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The root of all actors: starts them in order and stops them in reverse. */
public final class Guardian extends AbstractMatchingBehavior<Guardian.Command> {

    public sealed interface Command {}

    /** @param replyTo told once everything below has stopped */
    public record Stop(ActorRef<Stopped> replyTo) implements Command {}

    public record Stopped() {}

    public static Behavior<Command> create() {
        return Behaviors.setup(Guardian::new);
    }

    private Guardian(ActorContext<Command> context) {
        super(context);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Stop stop -> onStop(stop);
        };
    }

    private Behavior<Command> onStop(Stop stop) {
        stop.replyTo().tell(new Stopped());
        return Behaviors.stopped();
    }
}
