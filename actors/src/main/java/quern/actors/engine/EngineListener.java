package quern.actors.engine;

import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import quern.inference.engine.EngineEvent;

/**
 * Hears what becomes of sequences. It is called where the engine's news is carried, not on the engine's own thread, and
 * never twice at once. It must not block: everybody else's news is behind it.
 */
@FunctionalInterface
public interface EngineListener {

    /** @param events at least one, all of one sequence, in order */
    void tell(List<EngineEvent> events);

    default void tell(EngineEvent event) {
        tell(List.of(event));
    }

    /** An actor that gets each event as a message. */
    static EngineListener of(ActorRef<? super EngineEvent> actor) {
        return events -> events.forEach(actor::tell);
    }
}
