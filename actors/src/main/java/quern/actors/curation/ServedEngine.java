package quern.actors.curation;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import quern.actors.House;
import quern.actors.serving.GenerationRouter;

/** Where the served model is asked, once the actors are there. */
public record ServedEngine(House house, ActorRef<GenerationRouter.Command> router, ActorSystem<?> system) {}
