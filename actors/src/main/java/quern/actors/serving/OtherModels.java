package quern.actors.serving;

import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelNames;

/**
 * Where the router finds models beside the one that is served from the start.
 *
 * @param names which of them a name means
 * @param fleet loads them
 * @param waitMax how long a request waits for its model
 * @param requestsMax requests at work at once
 */
public record OtherModels(
        ModelNames names, ActorRef<ModelFleet.Command> fleet, Duration waitMax, int requestsMax) {}
