package quern.actors.serving;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import quern.inference.engine.Terms;

/**
 * How a request is to be handled, whatever it asks for.
 *
 * @param id unique among the requests at work; names it to whoever wants to cancel it
 * @param terms when its answer is wanted
 * @param keepAlive how long its model stays loaded afterwards; absent: as configured
 */
public record Handling(String id, Terms terms, Optional<Duration> keepAlive) {

    public Handling(String id, Terms terms) {
        this(id, terms, Optional.empty());
    }

    /** An id of its own, the standard tier, no deadline. */
    public static Handling standard() {
        return new Handling(newId(), Terms.STANDARD);
    }

    /** One that nobody has. */
    public static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
