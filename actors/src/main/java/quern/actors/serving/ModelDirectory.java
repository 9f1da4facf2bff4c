package quern.actors.serving;

import java.util.List;
import java.util.Optional;
import quern.actors.Caller;
import quern.inference.AdapterRegistry;

/** What can be asked for by name. Safe for any thread. */
public interface ModelDirectory {

    /** The model behind an id or alias, if it exists for the caller. */
    Optional<ServedModel> find(String name, Caller caller);

    /** Whether a request for it can begin without a disk being read. */
    default boolean atHand(ServedModel model) {
        return true;
    }

    /**
     * Keeps what a request needs in memory until it is closed. Blocks where {@link #atHand} is false.
     *
     * @throws quern.config.QuernException RETRYABLE if there is no room, another category if it cannot be read
     */
    default AdapterRegistry.Hold hold(ServedModel model) {
        return AdapterRegistry.Hold.NONE;
    }

    /** All the caller sees, the base model first. */
    List<ServedModel> list(Caller caller);
}
