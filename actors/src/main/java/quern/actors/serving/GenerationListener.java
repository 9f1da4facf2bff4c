package quern.actors.serving;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Whoever wants the events of a request. It is no actor: what is told is with the reader at once, not behind another
 * mailbox, and several events cost hardly more than one.
 */
public interface GenerationListener {

    /**
     * Takes events in order, from any thread, without blocking. After {@link #gone} and after a terminal event they
     * fall away.
     *
     * @param events at least one
     */
    void tell(List<GenerationEvent> events);

    /** Done when nobody reads on. */
    CompletionStage<?> gone();
}
